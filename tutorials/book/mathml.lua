-- What pandoc's MathML needs for browsers, which know MathML Core only.
local tree = require("mathml_tree")

local mathml = {}

-- Upright letters: <mstyle mathvariant="normal"> around single letters is unknown to MathML Core, where one
-- <mi> of several letters is upright as it is.
local function upright(inner)
  if inner:find("<m[^i/]") then return nil end
  local joined = inner:gsub("</mi><mi>", "")
  return (joined:gsub("<mi>(.-)</mi>", function(letters)
    return (utf8.len(letters) == 1 and '<mi mathvariant="normal">' or "<mi>") .. letters .. "</mi>"
  end))
end

local function set(text)
  local all = {}
  for each in text:gmatch("%S+") do all[each] = true end
  return all
end

local relation = set("= ≤ ≥ ≈ ∝ ∼ → ⇒ ≠ < > &lt; &gt; ∈ ↦ ⇔ :=")
local sign, opening, closing = set("+ −"), set("( [ { ⟨"), set(") ] } ⟩")

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

-- Browsers do not break a formula, as TeX does after a relation: a long one is made of several, each
-- beginning with a relation, or with a sign where there is no relation for long. A display formula is also
-- divided where it has a wide space, which is kept.
local function pieces(open, inner, display)
  local row = inner:match("^<mrow>(.*)</mrow>$")
  if not row or letters(inner) <= (display and 6 or 12) then return {open .. inner .. "</math>"} end
  local parts, part, length, inside = {}, "", 0, 0
  local function close()
    if part ~= "" then table.insert(parts, open .. "<mrow>" .. part .. "</mrow></math>") end
    part, length = "", 0
  end
  for _, child in ipairs(children(row)) do
    local operator = child:match("^<mo[^>]*>(.-)</mo>$")
    local space = display and tonumber(child:match('^<mspace width="([%d.]+)em"'))
    if space and space >= 1 and part ~= "" then
      close()
      table.insert(parts, space)
    else
      inside = inside + (opening[operator] and 1 or closing[operator] and -1 or 0)
      local far = display and inside > 0 and 12 or 0  -- within brackets only where it must be
      if part ~= "" and (relation[operator] and length > 1 + far or sign[operator] and length > 14 + far) then
        close()
        child = child:gsub("^<mo", '<mo form="infix"')
      end
      part, length = part .. child, length + letters(child)
    end
  end
  close()
  return parts
end

local function breakable(open, inner) return table.concat(pieces(open, inner), "<wbr>") end

-- A display formula that wide spaces divide stands in clauses, each of which is broken only if it does not
-- fit in a line.
local function display(open, inner)
  local parts, widest = pieces(open:gsub('display="block"', 'displaystyle="true"'), inner, true), 0
  for n, part in ipairs(parts) do
    local width = type(part) == "number" and 0 or tree.width(tree.parse(part))
    widest = math.max(widest, width + (n > 1 and 2 or 0))
  end
  local wide = " data-em=\"" .. string.format("%.1f", widest) .. '"'
  if #parts <= 1 then return open:gsub("<math", "<math" .. wide) .. inner .. "</math>" end
  local clauses, clause = {}, {}
  local function close(space)
    local class = space and (space >= 2 and "clause qquad" or "clause quad") or "clause"
    table.insert(clauses, '<span class="' .. class .. '">' .. table.concat(clause, "<wbr>") .. "</span>")
    clause = {}
  end
  for _, part in ipairs(parts) do
    if type(part) == "number" then close(part) else table.insert(clause, part) end
  end
  close()
  return '<span class="parts"' .. wide .. ">" .. table.concat(clauses, "<wbr>") .. "</span>"
end

-- Accents: fonts draw the combining characters to the left of where they belong, the spacing ones in their
-- place; and none makes a line over several letters as long as these: that one is a border.
local spacing = {["\u{302}"] = "^", ["\u{303}"] = "~", ["\u{307}"] = "\u{2d9}"}

local function accents(html)
  html = html:gsub('<mo accent="true">([^<]*)</mo></mover>', function(accent)
    return spacing[accent] and '<mo accent="true">' .. spacing[accent] .. "</mo></mover>"
  end)
  -- from the innermost: what an overline is over has none in it
  return (html:gsub('<mover>(.-)<mo accent="true">[¯‾]+</mo></mover>', function(inner)
    local before, over = inner:match("^(.*<mover>)(.*)$")
    return (before and "<mover>" .. before:gsub("<mover>$", "") or "") .. '<mrow class="over">'
           .. (over or inner) .. "</mrow>"
  end))
end

local scripts = {msub = true, msup = true, msubsup = true, munder = true, mover = true, munderover = true}

-- In an index there is no space around operators: "k−1", "1:T". Knows where it is by the elements that are
-- open.
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

-- How wide a display formula will be, in em: what of it cannot be broken.
function mathml.width(html)
  return 1.13 * tonumber(mathml.mended(html):match(' data%-em="([%d.]+)"'))
end

-- `whole`: formulas in a paragraph are not divided.
function mathml.mended(html, whole)
  html = html:gsub(' xmlns="http://www.w3.org/1998/Math/MathML"', "")  -- no page of HTML needs it
  -- The TeX again, with its \tag.
  html = html:gsub("<semantics>(.-)<annotation.-</annotation></semantics>", "%1")
  html = html:gsub('<mstyle mathvariant="normal">(.-)</mstyle>', upright)
  html = accents(html)
  if not whole then
    html = html:gsub('(<math display="inline"[^>]*>)(.-)</math>', breakable)
    html = html:gsub('(<math display="block"[^>]*>)(.-)</math>', display)
  end
  html = html:gsub("<math .-</math>", tight_indices)
  -- "log" is an operator that no browser knows, and is given the space of "="; the letter ℓ is none at all.
  html = html:gsub("<mo>(%a%a+)</mo>", '<mo lspace="0.1em" rspace="0.17em">%1</mo>')
  html = html:gsub("<mo>ℓ</mo>", "<mi>ℓ</mi>")
  -- A minus after an opening bracket, a comma or a relation is a sign, close to its number.
  for _, before in ipairs{'form="prefix">[^<]+</mo>', "<mo>[,=≈≥≤∼]+</mo>"} do
    html = html:gsub("(" .. before .. ")<mo>−</mo>", '%1<mo form="prefix" lspace="0" rspace="0">−</mo>')
  end
  -- \big and its like: a size takes a unit, and only what stretches has one.
  html = html:gsub('minsize="([%d.]+)" maxsize="([%d.]+)" stretchy="false"',
                   'minsize="%1em" maxsize="%2em" stretchy="true" symmetric="true"')
  -- Nor is what closes a clause to stand at the beginning of a line.
  html = html:gsub('(<math display="inline"[^>]*>[^\n]-</math>)([.,;:)?!\'’]+s?)', function(formula, mark)
    local before, last = formula:match("^(.*)(<math .*)$")
    return before .. '<span class="whole">' .. last .. mark .. "</span>"
  end)
  -- What is still too wide for a narrow screen scrolls there in a box of its own.
  local function boxed(formula)
    return '<span class="long" tabindex="0" role="group" aria-label="Formula">' .. formula .. "</span>"
  end
  return (html:gsub('<math display="inline".-</math>', function(formula)
    return letters(formula) > 22 and boxed(formula) or nil
  end))
end

return mathml
