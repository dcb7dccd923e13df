-- Health of an A2AServer or AgentDefinition for Argo CD. What was observed of an earlier generation says
-- nothing about this one, so that it counts as Progressing.
local function health(status, message)
  return { status = status, message = message }
end

local status = obj.status
if status == nil or status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "the operator has not looked at this generation yet")
end

local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local function found(type, value)
  local condition = conditions[type]
  if condition ~= nil and condition.status == value then
    return condition
  end
end

-- The author must change something.
local wrong = found("Stalled", "True") or found("Accepted", "False")
if wrong ~= nil then
  return health("Degraded", wrong.reason .. ": " .. wrong.message)
end

local ready = found("Ready", "True")
if ready == nil then
  local waits = conditions.Ready or { reason = "Unknown", message = "there is no condition Ready" }
  return health("Progressing", waits.reason .. ": " .. waits.message)
end
if ready.reason == "ScaledToZero" or ready.reason == "Suspended" then
  return health("Suspended", ready.message)
end
-- A server can do without some of its agents; each of them says so itself.
local lacking = found("AgentsLoaded", "False")
return health("Healthy", (lacking or ready).message)
