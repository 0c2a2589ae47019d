-- MathML as a tree of {name, attributes, …children} with texts for leaves, and back; and how wide a formula
-- will be.
local tree = {}

function tree.parse(html)
  local root = {name = "", attributes = ""}
  local open, at = {root}, 1
  while true do
    local first, last, closing, name, attributes, empty = html:find("<(/?)(%a+)([^>]-)(/?)>", at)
    if not first then return root end
    local text, top = html:sub(at, first - 1), open[#open]
    if text ~= "" then table.insert(top, text) end
    if closing == "/" then
      table.remove(open)
    else
      local node = {name = name, attributes = attributes}
      table.insert(top, node)
      if empty == "" then table.insert(open, node) end
    end
    at = last + 1
  end
end

function tree.html(node)
  if type(node) == "string" then return node end
  local parts = {}
  for n, child in ipairs(node) do parts[n] = tree.html(child) end
  local inner = table.concat(parts)
  return node.name == "" and inner or "<" .. node.name .. node.attributes .. ">" .. inner .. "</"
         .. node.name .. ">"
end

local function glyphs(text) return utf8.len((text:gsub("&%a+;", "x"))) or #text end

local relations = "[=<>≈≤≥∼∝→⇒]"
local of_leaf = {
  mn = function(text) return 0.62 * glyphs(text) end,
  mi = function(text) return text:match("^%u$") and 0.75 or 0.6 * glyphs(text) end,
  mtext = function(text) return 0.58 * glyphs(text) end,
  mo = function(text)
    if text:match("^[%(%)%[%]{},;.|!]$") or text == "∣" or text == "′" then return 0.47 end
    if text:match("^%a%a+$") then return 0.6 * #text + 0.27 end
    return (text:match(relations) and 1.4) or (text:match("^[+−⋅]") and 1.25) or 1
  end,
}

-- In em, of a text face as wide as DejaVu's; a row of a table is as wide as its cells.
function tree.width(node)
  if type(node) == "string" then return 0 end
  local text = of_leaf[node.name]
  if text then return text(node[1] or "") end
  if node.name == "mspace" then return tonumber(node.attributes:match('width="([%d.]+)em"')) or 0 end
  local widths, sum, most = {}, 0, 0
  for n, child in ipairs(node) do
    widths[n] = tree.width(child)
    sum, most = sum + widths[n], math.max(most, widths[n])
  end
  if node.name == "mfrac" then return most + 0.1 end
  if node.name == "mtable" then return most end
  if node.name == "mtr" then return sum + 0.8 * (#node - 1) end
  if node.name == "msqrt" then return sum + 0.8 end
  if node.name == "mover" or node.name == "munder" or node.name == "munderover" then
    local scripts = 0
    for n = 2, #node do scripts = math.max(scripts, 0.7 * widths[n]) end
    return math.max(widths[1] or 0, scripts)
  end
  if node.name == "msub" or node.name == "msup" then return widths[1] + 0.72 * widths[2] end
  if node.name == "msubsup" then return widths[1] + 0.72 * math.max(widths[2], widths[3]) end
  local small = node.name == "mstyle" and node.attributes:find('displaystyle="false"', 1, true)
  return small and 0.75 * sum or sum
end

return tree
