-- The book: a custom reader of pandoc whose input is a manifest, a line a fact ("step chapters", "page
-- README.md", …), so that one process of pandoc makes many pages. What it returns is the list of the pages
-- that it wrote.

local function manifest(text)
  local facts = {page = {}, source = {}, under = {}}
  for line in text:gmatch("[^\n]+") do
    local key, value = line:match("^(%S+) (.+)$")
    if type(facts[key]) == "table" then table.insert(facts[key], value) else facts[key] = value end
  end
  return facts
end

function Reader(input)
  local facts = manifest(tostring(input))
  package.path = facts.scripts .. "/?.lua;" .. package.path
  local site = require("site")
  site.open(facts)
  local written = require("steps")[facts.step](facts)
  return pandoc.Pandoc{pandoc.LineBlock(written:map(function(name) return {pandoc.Str(name)} end))}
end
