-- A display formula with its number, which leads to the code that implements it.
local index = require("index")
local mathml = require("mathml")
local site = require("site")

local equations = {}

local rank = {autograd = 3, distributions = 3, models = 3, tutorials = 4, tests = 5}

-- Where the code cites equation `number`, the best place first: in a region quoted on this page, in the
-- chapter's own files, in the library, elsewhere.
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
    table.insert(found, {rank = best, order = order, link = link, path = place.path, line = place.line,
                         text = place.text})
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
  local first = '<a class="number" href="' .. found[1].link .. '" title="' .. found[1].path .. ", line "
      .. found[1].line
                .. '">' .. shown .. "</a>"
  if #found == 1 then return first end
  local items = {}
  for _, place in ipairs(found) do
    table.insert(items, '<li><a href="' .. place.link .. '">' .. site.escape(place.path) .. ":" .. place.line
                 .. "</a><br><code>" .. site.escape(place.text) .. "</code></li>\n")
  end
  return first .. '<details class="places"><summary aria-label="All ' .. #found .. " places of " .. shown
         .. ' in the code">' .. #found .. " places</summary>\n<ul>\n" .. table.concat(items)
         .. "</ul></details>"
end

-- The text is 35 em wide. A formula that has no room beside its number has it below; one that is wider than
-- the text has smaller letters, or goes on beyond it.
local function class_and_style(formula, number)
  local width = mathml.width(site.html{formula})
  if width > 42 then return {"equation", "below", "wide"}, nil end
  return (number and width > 28.5) and {"equation", "below"} or {"equation"},
         width > 33 and string.format("--fit: %.2f", 33 / width) or nil
end

function equations.block(math, page, citations, taken)
  local number, tex = index.tag(math.text)
  local name = number and "Equation " .. number or "Formula"
  local formula = pandoc.Plain{pandoc.Math("DisplayMath", tex)}
  local attributes = {tabindex = "0", role = "group", ["aria-label"] = name}
  local blocks = {pandoc.Div({formula}, pandoc.Attr("", {"scroll"}, attributes))}
  if number then
    local shown = label(number, places(number, page, citations, taken))
    table.insert(blocks, pandoc.RawBlock("html", '<div class="label">' .. shown .. "</div>"))
  end
  local classes, style = class_and_style(formula, number)
  return pandoc.Div(blocks, pandoc.Attr(number and "eq-" .. number or "", classes, {style = style}))
end

return equations
