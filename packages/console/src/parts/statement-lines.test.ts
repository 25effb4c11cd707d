import { describe, expect, it } from 'vitest'
import { writeNotedLines } from './statement-lines.ts'

const statement = {
  Sid: 'url',
  Effect: 'Allow',
  Principal: { AWS: ['arn:aws:iam::111122223333:user/a', 'arn:aws:iam::111122223333:user/b'] },
  Action: 'lambda:InvokeFunctionUrl',
  Resource: '*',
  Condition: {
    StringEquals: { 'aws:PrincipalTag/cost.centre': ['1', '2'], 'aws:username': 'a' },
    StringLike: { 'aws:username': 'b' },
  },
}

const textOf = (isWhole: boolean, value: unknown = statement): string =>
  writeNotedLines(value, [], isWhole)
    .map(({ text }) => text)
    .join('\n')

const noted = (...elements: string[]): string[] =>
  writeNotedLines(statement, elements, true).flatMap(({ text, note, isLast }) =>
    note === undefined ? [] : [`${note}${isLast === true ? '!' : ''} ${text.trim()}`],
  )

describe('writeNotedLines()', () => {
  it('writes the JSON of a statement', () => {
    expect(textOf(false)).toBe(JSON.stringify(statement, undefined, 2))
    const odd = { Action: [], Condition: {}, Resource: ['*'], 'a "b"': { c: null, d: [1, true] } }
    expect(JSON.parse(textOf(false, odd))).toEqual(odd)
  })

  it('notes all lines of an element, of a condition those of its one key', () => {
    expect(noted('Principal', 'Action')).toEqual([
      '0 "Principal": {',
      '0 "AWS": [',
      '0 "arn:aws:iam::111122223333:user/a",',
      '0 "arn:aws:iam::111122223333:user/b"',
      '0 ]',
      '0! },',
      '1! "Action": "lambda:InvokeFunctionUrl",',
    ])
    expect(noted('Condition.StringEquals.aws:PrincipalTag/cost.centre')).toEqual([
      '0 "aws:PrincipalTag/cost.centre": [',
      '0 "1",',
      '0 "2"',
      '0! ],',
    ])
    expect(noted('Condition.StringLike.aws:username')).toEqual(['0! "aws:username": "b"'])
    expect(noted('NotAction', 'Condition.Bool.aws:username')).toEqual([])
  })

  it('folds a long list until the whole of it is asked for', () => {
    const Resource = Array.from({ length: 20 }, (_, at) => `arn:${at}`)
    const lines = writeNotedLines({ Resource }, ['Resource'], false)
    expect(lines).toHaveLength(11)
    expect(lines[8]).toMatchObject({ folded: 14, note: 0 })
    expect(lines.filter(({ isLast }) => isLast)).toEqual([lines[9]])
    expect(textOf(true, { Resource })).toBe(JSON.stringify({ Resource }, undefined, 2))
  })
})
