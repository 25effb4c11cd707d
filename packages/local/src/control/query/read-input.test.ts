import { describe, expect, it } from 'vitest'

import { defineQueryOperation } from './operation.ts'
import { readQueryInput } from './read-input.ts'

const operation = defineQueryOperation({
  name: 'DoIt',
  members: {
    Name: { type: 'string', required: true, max: 3 },
    Count: { type: 'integer', min: 1 },
    Flag: { type: 'boolean' },
    Names: { type: 'list', item: { max: 2 } },
    Entries: {
      type: 'list',
      fields: { Key: { type: 'string', required: true, max: 2 }, Values: { type: 'list' } },
    },
  },
  handle: () => undefined,
})

const read = (form: string): unknown =>
  readQueryInput(operation, new URLSearchParams(`Action=DoIt&Version=1&${form}`))

describe('readQueryInput()', () => {
  it('reads values, lists, and lists of structures that hold lists', () => {
    const entries =
      'Entries.member.1.Key=k&Entries.member.1.Values.member.1=a&Entries.member.1.Values.member.2=b'
    expect(read(`Name=n&Count=2&Flag=true&Names.member.1=x&${entries}&X-Amz-Date=1`)).toEqual({
      Name: 'n',
      Count: 2,
      Flag: true,
      Names: ['x'],
      Entries: [{ Key: 'k', Values: ['a', 'b'] }],
    })
    expect(read('Name=n&Names=')).toEqual({ Name: 'n', Names: [] })
    expect(read('Name=n')).toEqual({ Name: 'n' })
  })

  it('refuses by name whatever it did not read', () => {
    const refusal = (member: string): string => `furlong does not serve the member ${member} of DoIt.`
    expect(() => read('Name=n&Other.member.1=x')).toThrow(refusal('Other'))
    expect(() => read('Name=n&Entries.member.1.Key=k&Entries.member.1.Type=t')).toThrow(
      refusal('Entries.member.1.Type'),
    )
    // A list with a gap is no shorter list.
    expect(() => read('Name=n&Names.member.1=x&Names.member.3=y')).toThrow(refusal('Names.member.3'))
    expect(() => read('Name=n&Name.member.1=x')).toThrow(refusal('Name.member.1'))
  })

  it('names what breaks a limit by its place', () => {
    expect(() => read('Count=0&Entries.member.1.Values.member.1=a&Entries.member.2.Key=abc')).toThrow(
      [
        '4 validation errors detected:',
        "Value null at 'name' failed to satisfy constraint: Member must not be null;",
        "Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1;",
        "Value null at 'entries.1.member.key' failed to satisfy constraint: Member must not be null;",
        "Value 'abc' at 'entries.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 2",
      ].join(' '),
    )
    expect(() => read('Name=n&Names.member.1=abc')).toThrow(
      "Value '[abc]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2]",
    )
    expect(() => read('Name=n&Count=many')).toThrow('Count must be an integer')
    expect(() => read('Name=n&Flag=1')).toThrow('Flag must be true or false')
  })
})
