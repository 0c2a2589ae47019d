-- Which text stands beside which quoted code: a "pair" is a quote, the paragraph that it belongs to, and what follows
-- until the text has grown about as tall as the code.
local layout = {}

local function kind(block) return block.t == "Div" and block.classes[1] or block.t end

-- A quote, or the contents of the page, which stand beside its title.
local function stands_aside(block) return kind(block) == "quote" or kind(block) == "aside" end

-- Heights in lines of text, roughly.
local function height(block)
  if stands_aside(block) then return tonumber(block.attributes.lines) * 0.72 + 2 end
  if kind(block) == "equation" then return 3 end
  return #pandoc.utils.stringify(block) / 68 + 1
end

local function flows(block)
  local is = kind(block)
  return is == "Para" or is == "BulletList" or is == "OrderedList" or is == "equation" or is == "BlockQuote"
end

local function is_wide(block) return kind(block) == "equation" and block.classes:includes("widest") end

local function div(class, blocks) return pandoc.Div(blocks, pandoc.Attr("", {class}, {})) end

local function closed(pair)
  local parts = pandoc.List{div("lead", pair.lead), div("code", pair.quotes)}
  if #pair.rest > 0 then parts:insert(div("rest", pair.rest)) end
  return div("pair", parts)
end

-- The paragraph before a quote, with the formulas between them; of the contents it is the title.
local function take_lead(blocks, beside)
  local lead = pandoc.List{}
  if kind(beside) == "aside" then return pandoc.List{table.remove(blocks)} end
  while #blocks > 0 and flows(blocks[#blocks]) and not is_wide(blocks[#blocks]) do
    local block = table.remove(blocks)
    lead:insert(1, block)
    if kind(block) ~= "equation" then break end
  end
  return lead
end

function layout.pairs(blocks)
  local out, pair, room = pandoc.List{}, nil, 0
  local function close()
    if pair then out:insert(closed(pair)) end
    pair = nil
  end
  for _, block in ipairs(blocks) do
    if stands_aside(block) then
      if pair and #pair.rest == 0 then
        pair.quotes:insert(block)
        room = room + height(block)
      else
        local lead = take_lead(pair and pair.rest or out, block)
        close()
        pair = {lead = lead, quotes = pandoc.List{block}, rest = pandoc.List{}}
        room = height(block)
        for _, part in ipairs(lead) do room = room - height(part) end
      end
    elseif pair and flows(block) and not is_wide(block) and room > 1 then
      pair.rest:insert(block)
      room = room - height(block)
    else
      close()
      out:insert(block)
    end
  end
  close()
  return out
end

return layout
