-- results.json of a chapter: the reader's own last run (out/NN-name) where there is one, else the committed
-- one.
local site = require("site")

local results = {}

local escapes = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}

local function string_value(text)
  return (text:gsub("\\u(%x%x%x%x)", function(hex) return utf8.char(tonumber(hex, 16)) end)
              :gsub("\\(.)", function(c) return escapes[c] or c end))
end

-- One flat object: names in order, and name → number or string.
function results.parse(json)
  local values, names = {}, {}
  local at = 1
  while true do
    local _, after, name = json:find('"([^"\\]*)"%s*:%s*', at)
    if not after then return values, names end
    local literal = json:match('^[-+%w.]+', after + 1)
    if literal then
      values[name], at = tonumber(literal) or literal, after + 1 + #literal
    else
      local last = after + 2
      while json:sub(last, last) ~= '"' do last = last + (json:sub(last, last) == "\\" and 2 or 1) end
      values[name], at = string_value(json:sub(after + 2, last - 1)), last + 1
    end
    table.insert(names, name)
  end
end

local cache = {}

local function file(path)
  if cache[path] == nil then
    local text = site.source(path)
    cache[path] = text and results.parse(text) or false
  end
  return cache[path] or nil
end

function results.committed(chapter) return file("tutorials/" .. chapter .. "/results.json") end

-- A page that runs its chapter shows the committed results until it has: there is no other run.
function results.own(chapter) return not site.runs and file("out/" .. chapter .. "/results.json") or nil end

return results
