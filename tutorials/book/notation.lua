-- The symbols of formulas: which row of the notation table (tutorials/README.md, the only place where it
-- stands) says what a symbol of a chapter means, and marks in the MathML that lead to it.
local index = require("index")
local mathml = require("mathml")
local site = require("site")
local tree = require("mathml_tree")

local notation = {}

local function is_over(node) return node.name == "mrow" and node.attributes:find("over", 1, true) ~= nil end

-- A symbol as a text to compare by: without attributes, spaces and rows.
local function plain(node)
  if type(node) == "string" then return node end
  if node.name == "mspace" then return "" end
  if not node.plain then
    local parts = {}
    for n, child in ipairs(node) do parts[n] = plain(child) end
    local inner, row = table.concat(parts), node.name == "mrow" or node.name == "mstyle" or node.name == ""
    if is_over(node) then inner = "<over>" .. inner .. "</>" end
    node.plain = row and inner or "<" .. node.name .. ">" .. inner .. "</>"
  end
  return node.plain
end

local letter = "^<mi>[%a]</>$"
local subscripted = {msub = true, msubsup = true}

-- The names by which a symbol is found: itself; with any index in the place of a letter; a function of
-- anything.
local function names(node, following)
  local found = {plain(node)}
  if following then
    local inner = plain(following)
    if following.name ~= "mrow" or not inner:match("^<mo>%(</>") then return {} end
    return {plain(node) .. inner, plain(node) .. "()"}
  end
  if node.name == "mi" then table.insert(found, plain(node) .. "_") end  -- "the path s" of the s_k
  if subscripted[node.name] then
    local above = node.name == "msubsup" and "^" .. plain(node[3]) or ""
    table.insert(found, plain(node[1]) .. "_" .. above)
    if above ~= "" then table.insert(found, plain(node[1]) .. "_") end
  end
  return found
end

local rows, by_name = nil, {}

local function note(name, row)
  by_name[name] = by_name[name] or {}
  table.insert(by_name[name], row)
end

local function formula_of(math)
  local html = mathml.mended(site.html{pandoc.Plain{pandoc.Math("InlineMath", math.text)}}, "whole")
  return tree.parse(html:match("<math[^>]*>(.*)</math>"))
end

-- The symbols of a cell, which commas divide.
local function symbols(math)
  local row, all, one = formula_of(math), {}, {}
  while #row == 1 and row[1].name == "mrow" and not is_over(row[1]) do row = row[1] end
  for _, child in ipairs(row) do
    if child.name == "mo" and child[1] == "," then
      table.insert(all, one)
      one = {}
    elseif child.name ~= "mspace" then
      table.insert(one, child)
    end
  end
  table.insert(all, one)
  return all
end

local function read_row(cells)
  local row = {chapters = {}, symbol = mathml.mended(site.html(cells[1].contents)),
               meaning = mathml.mended(site.html(cells[2].contents))}
  local chapters = pandoc.utils.stringify(cells[3].contents)
  row.only = chapters:find("only") ~= nil
  for number in chapters:gmatch("%d%d") do table.insert(row.chapters, tonumber(number)) end
  pandoc.Div(cells[1].contents):walk{Math = function(math)
    local all = symbols(math)
    for _, symbol in ipairs(all) do
      local first, second = symbol[1], symbol[2]
      if #symbol == 1 then
        note(plain(first), row)
        if subscripted[first.name] and plain(first[2]):match(letter) then
          note(plain(first[1]) .. "_" .. (first[3] and "^" .. plain(first[3]) or ""), row)
        end
      elseif #symbol == 2 and plain(second):match("^<mo>%(</>") then
        note(plain(first) .. plain(second), row)
        -- a function of anything, but for p(x), p(z), … and the p(o || a) of causal conditioning
        local general = #all == 1 and not (plain(first) == "<mi>p</>")
        if general then note(plain(first) .. "()", row) end
      end
    end
  end}
  return row
end

local function read()
  rows = {}
  pandoc.read(site.source("tutorials/README.md"), index.format):walk{Table = function(tab)
    local head = tab.head.rows[1].cells
    if #head == 3 and pandoc.utils.stringify(head[1].contents) == "symbol" then
      for _, each in ipairs(tab.bodies[1].body) do table.insert(rows, read_row(each.cells)) end
    end
  end}
end

-- Of the rows of a symbol those that hold in a chapter: its own, else the last before it.
local function meant(candidates, chapter)
  local best, found = 0, {}
  for _, row in ipairs(candidates) do
    for _, from in ipairs(row.chapters) do
      local holds = from == chapter or (from < chapter and not row.only)
      if holds and from > best then best, found = from, {} end
      if holds and from == best then table.insert(found, row) end
    end
  end
  return found
end

local function look_up(all, chapter)
  for _, name in ipairs(all) do
    local found = by_name[name] and meant(by_name[name], chapter) or {}
    if #found > 0 then return found end
  end
end

-- Marks the symbols below a node; `used` takes the rows in the order of their first use, and the number of
-- each.
local function mark(node, chapter, used)
  local integral = false  -- whose d is no symbol
  for n, child in ipairs(node) do
    if type(child) == "table" then
      local following = node[n + 1]
      integral = integral or plain(child):find("∫", 1, true) ~= nil
      local found = not (integral and plain(child) == "<mi>d</>")
                    and (type(following) == "table" and look_up(names(child, following), chapter)
                         or look_up(names(child), chapter))
      if found and child.name ~= "mo" and (child.name ~= "mrow" or is_over(child)) then
        local numbers = {}
        for _, row in ipairs(found) do
          if not used[row] then
            table.insert(used, row)
            used[row] = #used
          end
          table.insert(numbers, used[row])
        end
        child.attributes = child.attributes .. ' data-n="' .. table.concat(numbers, " ") .. '"'
        if subscripted[child.name] or child.name == "msup" then
          for script = 2, #child do mark({child[script]}, chapter, used) end
        end
      else
        mark(child, chapter, used)
      end
    end
  end
end

-- The HTML of a page with its symbols marked, and the rows that they lead to.
function notation.marked(html, chapter)
  if not rows then read() end
  local used = {}
  html = html:gsub("(<math [^>]*>)(.-)</math>", function(open, inner)
    local formula = tree.parse(inner)
    mark(formula, chapter, used)
    return open .. tree.html(formula) .. "</math>"
  end)
  return html, used
end

local function entries(used, numbers, identified)
  local parts = {"<dl>\n"}
  for _, n in ipairs(numbers) do
    local row = used[n]
    table.insert(parts, "<div" .. (identified and ' id="symbol-' .. n .. '"' or "") .. "><dt>" .. row.symbol
                 .. "</dt><dd>"
                 .. row.meaning .. "</dd></div>\n")
  end
  table.insert(parts, "</dl>\n")
  return table.concat(parts)
end

-- The symbols of a part of the page in the order of their first use, at most so many.
function notation.beside(html, used, most)
  local numbers, taken = {}, {}
  for list in html:gmatch('data%-n="([%d ]+)"') do
    for n in list:gmatch("%d+") do
      n = tonumber(n)
      if not taken[n] and #numbers < most then table.insert(numbers, n) end
      taken[n] = true
    end
  end
  return #numbers > 0 and entries(used, numbers) or nil
end

-- All symbols of a page, by letter.
function notation.of_page(used)
  local numbers, place = {}, {}
  for n, row in ipairs(rows) do place[row] = n end
  for n = 1, #used do numbers[n] = n end
  table.sort(numbers, function(a, b) return place[used[a]] < place[used[b]] end)
  return entries(used, numbers, true)
end

return notation
