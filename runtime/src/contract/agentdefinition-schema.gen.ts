// Generated from crds/ by `make generate`; do not edit.

export const agentDefinitionSpecSchema = {
  "type": "object",
  "description": "What the agent is and how it answers.",
  "required": [
    "description"
  ],
  "properties": {
    "displayName": {
      "type": "string",
      "description": "Name on the agent's card. Default is the object's name.",
      "minLength": 1,
      "maxLength": 128
    },
    "description": {
      "type": "string",
      "description": "What the agent is for, on its card. Other agents choose it by this text.",
      "minLength": 1,
      "maxLength": 2048
    },
    "version": {
      "type": "string",
      "description": "Version of the agent, on its card; yours to choose.",
      "minLength": 1,
      "maxLength": 64,
      "default": "1.0.0"
    },
    "iconUrl": {
      "type": "string",
      "description": "URL of an icon, on the agent's card.",
      "maxLength": 2048,
      "pattern": "^https?://"
    },
    "documentationUrl": {
      "type": "string",
      "description": "URL of documentation for people, on the agent's card.",
      "maxLength": 2048,
      "pattern": "^https?://"
    },
    "provider": {
      "type": "object",
      "description": "Who offers the agent, on its card.",
      "required": [
        "organization",
        "url"
      ],
      "properties": {
        "organization": {
          "type": "string",
          "description": "Name of the organization.",
          "minLength": 1,
          "maxLength": 256
        },
        "url": {
          "type": "string",
          "description": "Website of the organization.",
          "maxLength": 2048,
          "pattern": "^https?://"
        }
      },
      "additionalProperties": false
    },
    "skills": {
      "type": "array",
      "description": "What the agent can do, on its card. Default is one skill made from its name and description. Tools are never listed.",
      "maxItems": 64,
      "items": {
        "type": "object",
        "required": [
          "id",
          "name",
          "description",
          "tags"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "Identifier of the skill, unique in the agent.",
            "minLength": 1,
            "maxLength": 64
          },
          "name": {
            "type": "string",
            "description": "Name of the skill for people.",
            "minLength": 1,
            "maxLength": 128
          },
          "description": {
            "type": "string",
            "description": "What the skill does.",
            "minLength": 1,
            "maxLength": 2048
          },
          "tags": {
            "type": "array",
            "description": "Keywords by which the skill is found.",
            "minItems": 1,
            "maxItems": 32,
            "items": {
              "type": "string",
              "minLength": 1,
              "maxLength": 64
            }
          },
          "examples": {
            "type": "array",
            "description": "Prompts that the skill answers.",
            "maxItems": 16,
            "items": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            }
          },
          "inputModes": {
            "type": "array",
            "description": "Media types that the skill accepts, when they differ from the agent's.",
            "minItems": 1,
            "maxItems": 2,
            "items": {
              "type": "string",
              "enum": [
                "text/plain",
                "application/json"
              ]
            }
          },
          "outputModes": {
            "type": "array",
            "description": "Media types that the skill produces, when they differ from the agent's.",
            "minItems": 1,
            "maxItems": 2,
            "items": {
              "type": "string",
              "enum": [
                "text/plain",
                "application/json"
              ]
            }
          }
        },
        "additionalProperties": false
      }
    },
    "inputModes": {
      "type": "array",
      "description": "Media types that the agent accepts. A message with another one is refused.",
      "minItems": 1,
      "maxItems": 2,
      "default": [
        "text/plain"
      ],
      "items": {
        "type": "string",
        "enum": [
          "text/plain",
          "application/json"
        ]
      }
    },
    "outputModes": {
      "type": "array",
      "description": "Media types that the agent produces.",
      "minItems": 1,
      "maxItems": 2,
      "default": [
        "text/plain"
      ],
      "items": {
        "type": "string",
        "enum": [
          "text/plain",
          "application/json"
        ]
      }
    },
    "instructions": {
      "type": "object",
      "description": "The system prompt. A Secret cannot be used here: a model can be made to print its instructions.",
      "properties": {
        "inline": {
          "type": "string",
          "description": "The text itself.",
          "minLength": 1,
          "maxLength": 65536
        },
        "configMapKeyRef": {
          "type": "object",
          "description": "A key of a ConfigMap in the agent's namespace that holds the text.",
          "required": [
            "name",
            "key"
          ],
          "properties": {
            "name": {
              "type": "string",
              "description": "Name of the ConfigMap.",
              "minLength": 1,
              "maxLength": 253
            },
            "key": {
              "type": "string",
              "description": "Key in the ConfigMap.",
              "minLength": 1,
              "maxLength": 253
            }
          },
          "additionalProperties": false
        },
        "variables": {
          "type": "object",
          "description": "Values for {{name}} in the text. There is no logic; a name without a value is an error.",
          "maxProperties": 64,
          "additionalProperties": {
            "type": "string",
            "maxLength": 4096
          }
        }
      },
      "additionalProperties": false
    },
    "model": {
      "type": "object",
      "description": "Which model answers.",
      "properties": {
        "name": {
          "type": "string",
          "description": "Model name as LiteLLM knows it. Default is the server's spec.model.name.",
          "minLength": 1,
          "maxLength": 253
        },
        "apiKeySecretRef": {
          "type": "object",
          "description": "Key for LiteLLM that this agent calls with instead of its server's, for example a virtual key with a budget. Every server that hosts the agent has to grant the Secret in its spec.secrets.names.",
          "required": [
            "name",
            "key"
          ],
          "properties": {
            "name": {
              "type": "string",
              "description": "Name of the Secret.",
              "minLength": 1,
              "maxLength": 253,
              "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
            },
            "key": {
              "type": "string",
              "description": "Key in the Secret.",
              "minLength": 1,
              "maxLength": 253,
              "pattern": "^([-_a-zA-Z0-9]|\\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$"
            }
          },
          "additionalProperties": false
        },
        "params": {
          "type": "object",
          "description": "Parameters sent with every model call: temperature, top_p, top_k, min_p, seed, stop, max_tokens, max_completion_tokens, presence_penalty, frequency_penalty, repetition_penalty, logit_bias, logprobs, top_logprobs, response_format, service_tier, reasoning, reasoning_effort, thinking, verbosity, safety_settings. Others are refused, because a proxy would follow some of them elsewhere; so are more than 64 KiB.",
          "maxProperties": 64,
          "additionalProperties": true
        }
      },
      "additionalProperties": false
    },
    "suspend": {
      "type": "boolean",
      "description": "Takes the agent out of service and keeps everything of it: new messages are refused, its card is not shown, running tasks are canceled, tasks that it has had can be read."
    }
  },
  "additionalProperties": false
};
