import { expect, it } from 'vitest'
import { jsonModule } from '../../../lua/modules/index.ts'
import { newVm } from '../support.ts'

const withJson = () => newVm({ modules: [jsonModule()] })

it('json.encode, json.decode: whole floats stay floats and big integers stay exact', async () => {
  await using t = await withJson()
  expect(await t.run('return json.encode({1, 1.0, -0.0, 0.1, 1e300, 1e15, math.maxinteger, math.mininteger})')).toEqual(
    ['[1,1.0,-0.0,0.1,1e+300,1000000000000000.0,9223372036854775807,-9223372036854775808]'],
  )
  const types = await t.run(`
    local v = json.decode('[1, 1.0, 1e2, -0, 9223372036854775807, -9223372036854775808, 9223372036854775808, 9007199254740993]')
    local types = {} for i, x in ipairs(v) do types[i] = math.type(x) end
    return table.concat(types, ' '), v[5] == math.maxinteger, v[6] == math.mininteger, v[8] - 9007199254740992, 1 / v[4]`)
  expect(types).toEqual([
    'integer float float float integer integer float integer',
    true,
    true,
    1,
    Number.NEGATIVE_INFINITY,
  ])
})

it('json.encode, json.decode: strings keep their bytes', async () => {
  await using t = await withJson()
  expect(
    await t.run(`
    local all = {} for i = 0, 255 do all[#all + 1] = string.char(i) end
    local s = table.concat(all)
    return json.decode(json.encode(s)) == s, json.decode(json.encode({[s] = s}))[s] == s, json.encode('a"b\\\\c\\n\\t\\1é')`),
  ).toEqual([true, true, '"a\\"b\\\\c\\n\\t\\u0001é"'])
  expect(await t.run(`return json.decode([["\\u00e9\\ud83d\\ude00\\u0000\\/\\ud800x"]])`)).toEqual(['é😀\0/\ufffdx'])
})

it('json.encode, json.decode: null is absent, an empty table is {} and a decoded empty array stays []', async () => {
  await using t = await withJson()
  expect(
    await t.run(`
    local v = json.decode('{"a": null, "b": [], "c": {}, "d": [1, null, 3]}')
    return v.a == nil, json.encode(v), json.encode({}), #v.d, json.encode({json.null, 1}), json.decode('null')`),
  ).toEqual([true, '{"b":[],"c":{},"d":[1,null,3]}', '{}', 3, '[null,1]', undefined])
  expect(
    await t.run("local b = json.decode('[1]') b[1] = nil return json.encode(b), t.echo(json.decode('[]'))"),
  ).toEqual(['[]', []])
})

it('json.decode: text that is not JSON is nil with line and column', async () => {
  await using t = await withJson()
  for (const [text, message] of [
    ['', 'expected a value at line 1, column 1'],
    ['{"a": 1,\n "b" 2}', "expected ':' at line 2, column 6"],
    ['[1, 2', "expected ',' or ']'"],
    ['[1, 2,]', 'expected a value'],
    ['{a: 1}', 'expected a name in quotes'],
    ['01', "malformed number '01'"],
    ['1.', 'malformed number'],
    ['"abc', 'unfinished string'],
    ['"a\\x"', "unknown escape '\\x'"],
    ['"\\u12g4"', 'four hex digits'],
    ['"a\nb"', 'control character'],
    ['nul', 'expected a value'],
    ['1 2', 'unexpected text after the value'],
    ['['.repeat(600), 'nested more than 512 deep'],
  ] as const) {
    const [value, said, error] = await t.run('return json.decode(...)', text)
    expect(value, text).toBeUndefined()
    expect(said, text).toContain(message)
    expect(error, text).toMatchObject({ kind: 'invalid', op: 'json.decode' })
  }
  await expect(t.run('json.decode(nil)')).rejects.toThrow("bad argument #1 to 'json.decode' (string expected, got nil)")
})

it('json.encode, json.encode_pretty: what has no JSON form raises, naming the path', async () => {
  await using t = await withJson()
  for (const [source, message] of [
    ['{a = {1, print}}', 'a function has no JSON form (at a[2])'],
    ['{1, x = 2}', 'both positions and names'],
    ['0/0', 'nan has no JSON form'],
    ['{x = 1/0}', 'infinity has no JSON form (at x)'],
    ['{[1000] = 1}', 'reaches to position 1000'],
    ['{[true] = 1}', 'keys other than strings'],
    ['t.open(1)', 'a handle has no JSON form'],
    ['(function() local a = {} a.a = a return a end)()', 'within themselves'],
  ] as const) {
    for (const name of ['encode', 'encode_pretty']) {
      await expect(t.run(`json.${name}(${source})`), source).rejects.toThrow(message)
    }
  }
})

it('json.encode, json.encode_pretty, json.decode: a call without what it needs raises', async () => {
  await using t = await withJson()
  for (const name of ['json.decode()', 'json.decode({})', 'json.decode(5)']) {
    await expect(t.run(name)).rejects.toThrow("bad argument #1 to 'json.decode' (string expected")
  }
  expect(await t.run('return json.encode(nil), json.encode_pretty(nil)')).toEqual(['null', 'null'])
  await expect(t.run('json.encode_pretty(print)')).rejects.toThrow('function')
})

it('json.encode_pretty: is for people, keys in order', async () => {
  await using t = await withJson()
  expect(await t.run("return json.encode_pretty({b = {1, {}}, a = {x = 'y'}, c = {}})")).toEqual([
    '{\n  "a": {\n    "x": "y"\n  },\n  "b": [\n    1,\n    {}\n  ],\n  "c": {}\n}',
  ])
})

it('json.encode, json.decode: large documents survive the way there and back', async () => {
  await using t = await withJson()
  const document = Array.from({ length: 5000 }, (_, i) => ({
    id: i,
    name: `näme ${i}`,
    tags: ['a', 'b'],
    nested: { x: i / 7 },
  }))
  const [text] = await t.run('return json.encode(json.decode(...))', JSON.stringify(document))
  expect(JSON.parse(text as string)).toEqual(document)
})
