-- A display formula with its number, which leads to the code that implements it.
local index = require("index")
local site = require("site")

local equations = {}

local rank = {autograd = 3, distributions = 3, models = 3, tutorials = 4, tests = 5}

-- Where the code cites equation `number`, the best place first: in a region quoted on this page, in the chapter's own
-- files, in the library, elsewhere.
local function places(number, page, citations, taken)
  local found = {}
  for order, place in ipairs(citations[number] or {}) do
    local best = site.folder(place.path) == site.folder(page) and 2 or rank[place.path:match("^[^/]+")]
    local link = site.link(page, site.page(place.path)) .. "#L-" .. place.line
    for name, quote in pairs(taken) do
      if quote.path == place.path and quote.first <= place.line and place.line <= quote.last then
        best, link = 1, "#" .. name .. "-" .. place.line
      end
    end
    table.insert(found, {rank = best, order = order, link = link, path = place.path, line = place.line, text = place.text})
  end
  table.sort(found, function(a, b)
    if a.rank ~= b.rank then return a.rank < b.rank end
    return a.order < b.order
  end)
  return found
end

local function label(number, found)
  local shown = "(" .. number .. ")"
  if #found == 0 then return '<span class="number">' .. shown .. "</span>" end
  local first = '<a class="number" href="' .. found[1].link .. '" title="' .. found[1].path .. ", line " .. found[1].line
                .. '">' .. shown .. "</a>"
  if #found == 1 then return first end
  local items = {}
  for _, place in ipairs(found) do
    table.insert(items, '<li><a href="' .. place.link .. '">' .. site.escape(place.path) .. ":" .. place.line
                 .. "</a><br><code>" .. site.escape(place.text) .. "</code></li>\n")
  end
  return first .. '<details class="places"><summary aria-label="All ' .. #found .. " places of " .. shown
         .. ' in the code">' .. #found .. " places</summary>\n<ul>\n" .. table.concat(items) .. "</ul></details>"
end

-- How wide a formula will be, roughly, in letters: commands count as one, and of a fraction the wider half. Beside code
-- there is room for 44 letters; somewhat wider ones are set smaller there.
function equations.width(tex)
  local text = tex:gsub("\\d?frac(%b{})(%b{})", function(a, b) return #a > #b and a or b end)
  text = text:gsub("\\begin{.-}", ""):gsub("\\end{.-}", ""):gsub("\\math%a+", ""):gsub("\\text%a*", "")
  text = text:gsub("\\[bB]igg?[lr]?", ""):gsub("\\left", ""):gsub("\\right", ""):gsub("\\[,!;:]", "")
  local widest = 0
  for line in (text .. "\\\\"):gmatch("(.-)\\\\") do
    local plain = line:gsub("\\q?quad", "mm"):gsub("\\%a+", "m"):gsub("[{}%s^_&]", "")
    widest = math.max(widest, utf8.len(plain) or #plain)
  end
  return widest
end

function equations.block(math, page, citations, taken)
  local number, tex = index.tag(math.text)
  local size = equations.width(tex)
  local classes = {"equation"}
  if size > 43 then table.insert(classes, size > 57 and "widest" or size > 50 and "wider" or "wide") end
  local name = number and "Equation " .. number or "Formula"
  local box = pandoc.Div({pandoc.Plain{pandoc.Math("DisplayMath", tex)}},
                         pandoc.Attr("", {"scroll"}, {tabindex = "0", role = "group", ["aria-label"] = name}))
  local blocks = {box}
  if number then
    table.insert(blocks, pandoc.RawBlock("html", '<div class="label">' .. label(number, places(number, page, citations, taken))
                                         .. "</div>"))
  end
  return pandoc.Div(blocks, pandoc.Attr(number and "eq-" .. number or "", classes, {}))
end

return equations
