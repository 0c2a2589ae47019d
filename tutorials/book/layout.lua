-- Which text stands beside what. A "pair" is quoted code, output or a figure, the paragraphs that it belongs
-- to, and what follows until the text has grown about as tall. Text without any of these has its notation
-- beside it (margins.lua).
local layout = {}

local function kind(block) return block.t == "Div" and block.classes[1] or block.t end

local function is_output(block) return block.t == "CodeBlock" and block.classes:includes("output") end

-- What goes into the right column; "aside" are the contents of the page, which stand beside its title.
local function stands_aside(block)
  local is = kind(block)
  return is == "quote" or is == "aside" or is == "figure" or is_output(block)
end

-- How wide a table must be, roughly, in letters: a long cell may be broken, a word may not.
local function width(tab)
  local widths = {}
  local function measure(row)
    for column, cell in ipairs(row.cells) do
      local text, longest = pandoc.utils.stringify(cell.contents), 0
      for word in text:gmatch("%S+") do longest = math.max(longest, utf8.len(word) or #word) end
      widths[column] = math.max(widths[column] or 0, longest, math.min(utf8.len(text) or #text, 26))
    end
  end
  for _, row in ipairs(tab.head.rows) do measure(row) end
  for _, body in ipairs(tab.bodies) do
    for _, row in ipairs(body.body) do measure(row) end
  end
  local all = 0
  for _, each in ipairs(widths) do all = all + each + 3 end
  return all
end

local function is_wide(block)
  if kind(block) == "scroll" then return width(block.content[1]) > 66 end
  local is = kind(block)
  return block.t == "RawBlock" and not block.text:match("^<!%-%-") or is == "Table" or is == "wide"
         or ((is == "equation" or is == "CodeBlock") and block.classes:includes("wide"))
end

-- Heights in lines of text, roughly.
local function height(block)
  local is = kind(block)
  if is == "quote" or is == "aside" then return tonumber(block.attributes.lines) * 0.68 + 2 end
  if is_output(block) then return select(2, block.text:gsub("\n", "")) * 0.68 + 3 end
  if is == "equation" then return 3 end
  if is == "Header" then return 3 end
  local lines = #pandoc.utils.stringify(block) / 62 + 1
  if is == "figure" then
    block:walk{Image = function(image) lines = lines + (tonumber(image.attributes.height) or 400) / 29 end}
  elseif is == "scroll" then
    lines = math.max(lines, 1.6 * #block.content[1].bodies[1].body + 2)
  end
  return lines
end

local function total(blocks)
  local all = 0
  for _, block in ipairs(blocks) do all = all + height(block) end
  return all
end

local function flows(block)
  local is = kind(block)
  return is == "Para" or is == "BulletList" or is == "OrderedList" or is == "BlockQuote"
         or (is == "equation" and not is_wide(block))
         or (is == "CodeBlock" and not is_output(block) and not is_wide(block))
         or (is == "scroll" and not is_wide(block))
end

local function div(classes, blocks) return pandoc.Div(blocks, pandoc.Attr("", classes, {})) end

local function closed(pair)
  local parts = pandoc.List{div({"lead"}, pair.lead), div({"code"}, pair.beside)}
  if #pair.rest > 0 then parts:insert(div({"rest"}, pair.rest)) end
  local first = pair.lead[1]
  return div(first and first.t == "Header" and first.level > 1 and {"pair", "headed"} or {"pair"}, parts)
end

-- The paragraph before what stands aside, with the formulas between them, and a heading right before it; of a
-- figure as many as it is tall; of the contents the title.
local function take_lead(blocks, beside)
  local lead, room = pandoc.List{}, kind(beside) == "figure" and height(beside) or 0
  if kind(beside) == "aside" then return pandoc.List{table.remove(blocks)} end
  while #blocks > 0 and flows(blocks[#blocks]) do
    local block = table.remove(blocks)
    lead:insert(1, block)
    room = room - height(block)
    local full = room < 3 or #blocks == 0 or height(blocks[#blocks]) > room
    if kind(block) ~= "equation" and full then break end
  end
  while #lead > 0 and #blocks > 0 and blocks[#blocks].t == "Header" do
    lead:insert(1, table.remove(blocks))
  end
  return lead
end

-- Lines of text: to have something beside it, and before what stands there changes.
local enough, much = 8, 26

-- `margin(lines)` makes what stands beside so many lines of text alone.
function layout.pairs(blocks, margin)
  local out, pair, room = pandoc.List{}, nil, 0
  local alone, tall = pandoc.List{}, 0
  local function close()
    if pair then out:insert(closed(pair)) end
    pair = nil
    if #alone == 0 then return end
    if tall >= enough then
      local classes = alone[1].t == "Header" and {"pair", "alone", "headed"} or {"pair", "alone"}
      out:insert(div(classes, {div({"lead"}, alone), margin(math.floor(tall))}))
    else
      out:extend(alone)
    end
    alone, tall = pandoc.List{}, 0
  end
  for _, block in ipairs(blocks) do
    if stands_aside(block) then
      local contents = pair and kind(pair.beside[1]) == "aside"
      if contents and kind(block) ~= "quote" and total(pair.rest) < 12 then
        -- The first figure, soon after the title: it and the contents are beside title and text.
        pair.lead:extend(pair.rest)
        pair.rest = pandoc.List{}
        pair.beside:insert(block)
        room = room + height(block)
      elseif pair and kind(block) == "figure" and (room > 4 or #pair.rest == 0) then
        pair.rest:insert(block)  -- in the column of the text, which is shorter
        room = room - 0.8 * height(block)
      elseif pair and #pair.rest == 0 then
        pair.beside:insert(block)
        room = room + height(block)
      else
        local lead = take_lead(pair and pair.rest or alone, block)
        tall = total(alone)
        close()
        pair = {lead = lead, beside = pandoc.List{block}, rest = pandoc.List{}}
        room = height(block) - total(lead)
      end
    elseif pair and flows(block) and room > 1 then
      pair.rest:insert(block)
      room = room - height(block)
    elseif is_wide(block) then
      close()
      out:insert(block)
    else
      local starts = block.t == "Header" and block.level == 2 and tall >= enough
      if pair or starts or (tall > much and (block.t == "Para" or block.t == "Header")) then close() end
      alone:insert(block)
      tall = tall + height(block)
    end
  end
  close()
  return out
end

return layout
