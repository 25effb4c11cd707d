import { describe, expect, it } from 'vitest'
import { alice, compile, functionArn, invoke, otherAccount } from './testing/cases.ts'
import type { CompiledStatement } from './compile.ts'
import type { StatementElement, Subject } from './match-statement.ts'
import { matchStatement } from './match-statement.ts'

const subject: Subject = {
  principal: alice,
  action: invoke.toLowerCase(),
  resource: functionArn,
  context: {},
  hasBoundary: true,
}
const fitting = { Principal: { AWS: alice.arn }, Action: invoke, Resource: functionArn }
const other = { AWS: `arn:aws:iam::${otherAccount}:user/bob` }
const condition = { StringEquals: { 'aws:username': 'bob' } }

function compileStatement(statement: object): CompiledStatement {
  const { allows, denies } = compile('resource', 'fn', { Effect: 'Allow', ...statement })
  const [compiled] = [...allows, ...denies]
  if (compiled === undefined) throw new Error('There is no statement.')
  return compiled
}

function failuresOf(statement: object, of: Subject = subject): string[] {
  const failures: StatementElement[] = []
  const compiled = compileStatement(statement)
  expect(matchStatement(compiled, of, failures)).toBe(0)
  expect(matchStatement(compiled, of)).toBe(0)
  return failures.map(({ element }) => element)
}

describe('matchStatement()', () => {
  it('collects nothing from a statement that applies', () => {
    const failures: StatementElement[] = []
    expect(matchStatement(compileStatement(fitting), subject, failures)).toBe(3)
    expect(failures).toEqual([])
  })

  it.each<[string, object]>([
    ['Action', { ...fitting, Action: 's3:*' }],
    ['Principal', { ...fitting, Principal: other }],
    ['Resource', { ...fitting, Resource: 'arn:aws:s3:::x' }],
    ['Condition', { ...fitting, Condition: condition }],
    ['NotAction', { Principal: fitting.Principal, Resource: '*', NotAction: 'lambda:*' }],
    ['NotResource', { Principal: fitting.Principal, Action: '*', NotResource: functionArn }],
  ])('does not apply for the %s alone, and says so', (element, statement) => {
    expect(failuresOf(statement)).toEqual([element])
  })

  it('names NotPrincipal when it spares the caller', () => {
    const spared = { AWS: [alice.arn, alice.account] }
    const statement = { Effect: 'Deny', NotPrincipal: spared, Action: '*', Resource: '*' }
    expect(failuresOf(statement, { ...subject, hasBoundary: false })).toEqual(['NotPrincipal'])
  })

  it('collects all that fails, in the order in which it is looked at', () => {
    const two = { ...condition, StringLike: { 'aws:userid': 'x' } }
    const wrong = { Action: 's3:*', Principal: other, Resource: 'arn:aws:s3:::x', Condition: two }
    expect(failuresOf(wrong)).toEqual(['Action', 'Principal', 'Resource', 'Condition', 'Condition'])
  })
})
