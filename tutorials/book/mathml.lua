-- What pandoc's MathML needs for browsers, which know MathML Core only.
local mathml = {}

-- Upright letters: <mstyle mathvariant="normal"> around single letters is unknown to MathML Core, where one <mi> of several
-- letters is upright as it is.
local function upright(inner)
  if inner:find("<m[^i/]") then return nil end
  local joined = inner:gsub("</mi><mi>", "")
  return (joined:gsub("<mi>(.-)</mi>", function(letters)
    return (utf8.len(letters) == 1 and '<mi mathvariant="normal">' or "<mi>") .. letters .. "</mi>"
  end))
end

local relation = {["="] = true, ["≤"] = true, ["≥"] = true, ["≈"] = true, ["∝"] = true, ["∼"] = true, ["→"] = true, ["⇒"] = true,
                  ["≠"] = true, ["<"] = true, [">"] = true, ["&lt;"] = true, ["&gt;"] = true, ["∈"] = true, [":="] = true}
local sign = {["+"] = true, ["−"] = true}

-- The children of the outermost row.
local function children(row)
  local found, depth, start, at = {}, 0, 1, 1
  while true do
    local first, last, closing, empty = row:find("<(/?)[^>]-(/?)>", at)
    if not first then return found end
    if closing == "/" then depth = depth - 1 elseif empty == "" then depth = depth + 1 end
    if depth == 0 then
      table.insert(found, row:sub(start, last))
      start = last + 1
    end
    at = last + 1
  end
end

local function letters(part) return utf8.len((part:gsub("<[^>]*>", ""):gsub("&%a+;", "x"))) or 0 end

-- Browsers do not break a formula in a paragraph, as TeX does after a relation: a long one is made of several, each
-- beginning with one, or with a sign where there is no relation for long.
local function breakable(open, inner)
  local row = inner:match("^<mrow>(.*)</mrow>$")
  local whole = open .. inner .. "</math>"
  if not row or letters(inner) <= 12 then return whole end
  local parts, part, length = {}, "", 0
  for _, child in ipairs(children(row)) do
    local operator = child:match("^<mo>(.-)</mo>$")
    if part ~= "" and (relation[operator] and length > 1 or sign[operator] and length > 14) then
      table.insert(parts, part)
      part, length = "", 0
      child = child:gsub("^<mo", '<mo form="infix"')
    end
    part, length = part .. child, length + letters(child)
  end
  table.insert(parts, part)
  for n, each in ipairs(parts) do parts[n] = open .. "<mrow>" .. each .. "</mrow></math>" end
  return table.concat(parts, "<wbr>")
end

local scripts = {msub = true, msup = true, msubsup = true, munder = true, mover = true, munderover = true}

-- In an index there is no space around operators: "k−1", "1:T". Knows where it is by the elements that are open.
local function tight_indices(formula)
  local open, depth = {}, 0
  return (formula:gsub("<(/?)(%a+)([^>]-)(/?)>", function(closing, name, attributes, empty)
    if closing == "/" then
      if table.remove(open).index then depth = depth - 1 end
      return nil
    end
    local parent = open[#open]
    if parent then parent.children = parent.children + 1 end
    local index = parent and scripts[parent.name] and parent.children > 1
    if empty == "" then
      table.insert(open, {name = name, children = 0, index = index})
      if index then depth = depth + 1 end
    end
    if name == "mo" and attributes == "" and depth > 0 then return '<mo lspace="0.06em" rspace="0.06em">' end
  end))
end

function mathml.mended(html)
  html = html:gsub("<semantics>(.-)<annotation.-</annotation></semantics>", "%1")  -- the TeX again, with its \tag
  html = html:gsub('<mstyle mathvariant="normal">(.-)</mstyle>', upright)
  html = html:gsub('(<math display="inline"[^>]*>)(.-)</math>', breakable)
  html = html:gsub("<math .-</math>", tight_indices)
  -- "log" is an operator that no browser knows, and is given the space of "="; the letter ℓ is none at all.
  html = html:gsub("<mo>(%a%a+)</mo>", '<mo lspace="0.1em" rspace="0.17em">%1</mo>'):gsub("<mo>ℓ</mo>", "<mi>ℓ</mi>")
  -- A minus after an opening bracket, a comma or a relation is a sign, close to its number.
  for _, before in ipairs{'form="prefix">[^<]+</mo>', "<mo>[,=≈≥≤∼]+</mo>"} do
    html = html:gsub("(" .. before .. ")<mo>−</mo>", '%1<mo form="prefix" lspace="0" rspace="0">−</mo>')
  end
  -- \big and its like: a size takes a unit, and only what stretches has one.
  html = html:gsub('minsize="([%d.]+)" maxsize="([%d.]+)" stretchy="false"', 'minsize="%1em" maxsize="%2em" stretchy="true" symmetric="true"')
  -- Nor is what closes a clause to stand at the beginning of a line.
  html = html:gsub('(<math display="inline"[^>]*>[^\n]-</math>)([.,;:)?!]+)', function(formula, mark)
    local before, last = formula:match("^(.*)(<math .*)$")
    return before .. '<span class="whole">' .. last .. mark .. "</span>"
  end)
  -- What is still too wide for a narrow screen scrolls there in a box of its own.
  local function boxed(formula) return '<span class="long" tabindex="0" role="group" aria-label="Formula">' .. formula .. "</span>" end
  return (html:gsub('<math display="inline".-</math>', function(formula)
    return letters(formula) > 22 and boxed(formula) or nil
  end))
end

return mathml
