import { ContentTypeNotSupportedError } from '@a2a-js/sdk/errors';
import type { Message, Part } from '@a2a-js/sdk';

/**
 * The text that the model gets for a message: its parts, separated by blank lines. Throws
 * ContentTypeNotSupported (A2A §3.3.2) when a part's media type is none of the agent's input modes;
 * a text part without media type is `text/plain`, a data part `application/json`.
 */
export function messageText(message: Message, inputModes: readonly string[]): string {
  return message.parts.map((part) => partText(part, inputModes)).join('\n\n');
}

function partText(part: Part, inputModes: readonly string[]): string {
  const mediaType = mediaTypeOf(part);
  if (!inputModes.includes(mediaType)) {
    throw new ContentTypeNotSupportedError(
      `The agent does not accept ${mediaType}; it accepts ${inputModes.join(', ')}.`,
    );
  }
  const { content } = part;
  if (content?.$case === 'text') return content.value;
  if (content?.$case === 'raw') return content.value.toString('utf8');
  if (content?.$case === 'data') return JSON.stringify(content.value);
  throw new ContentTypeNotSupportedError(
    'The agent does not fetch parts by URL; send the content itself.',
  );
}

function mediaTypeOf({ mediaType, content }: Part): string {
  if (mediaType !== '') return mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (content?.$case === 'text') return 'text/plain';
  return content?.$case === 'data' ? 'application/json' : 'application/octet-stream';
}
