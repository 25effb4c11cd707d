import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { functionArn } from './testing/cases.ts'
import type { RawStatement } from './testing/by-the-book.ts'
import type { RawSet } from './testing/random-cases.ts'
import { callers, callWith, compileSet, extraKeys, rawSets, statementOf } from './testing/random-cases.ts'
import { decide } from './decide.ts'
import type { ActionVerdict, PolicySet } from './decision.ts'
import type { PolicyKind } from './policy.ts'
import type { Principal } from './principal.ts'
import type { RequestContext } from './request-context.ts'

const kinds = ['identity', 'boundary', 'session', 'resource', 'scp'] as const
type Kind = (typeof kinds)[number]

const verdictsOf = (set: PolicySet, principal: Principal, keys: RequestContext): readonly ActionVerdict[] =>
  decide(callWith(principal, functionArn, keys), set).actions

/** Adds a statement to every policy of one kind. */
function add(raw: RawSet, kind: Kind, statement: RawStatement): RawSet {
  const into = <Policy extends { readonly Statement: unknown }>(policy: Policy): Policy => ({
    ...policy,
    Statement: [policy.Statement, statement].flat(),
  })
  return {
    ...raw,
    ...(kind === 'identity' && raw.identity && { identity: raw.identity.map(into) }),
    ...(kind === 'boundary' && raw.boundary && { boundary: into(raw.boundary) }),
    ...(kind === 'session' && raw.session && { session: raw.session.map(into) }),
    ...(kind === 'resource' && raw.resource && { resource: into(raw.resource) }),
    ...(kind === 'scp' && raw.scps && { scps: raw.scps.map((level) => level.map(into)) }),
  }
}

const additions = fc.constantFrom(...kinds).chain((kind) => fc.tuple(fc.constant(kind), statementOf(kind)))

function comparing(
  change: (raw: RawSet, kind: Kind, statement: RawStatement) => RawSet,
  compare: (before: ActionVerdict, after: ActionVerdict) => void,
): void {
  const property = fc.property(
    rawSets,
    callers,
    extraKeys,
    additions,
    (raw, principal, keys, [kind, statement]) => {
      const before = verdictsOf(compileSet(raw), principal, keys)
      const after = verdictsOf(compileSet(change(raw, kind, statement)), principal, keys)
      for (const [index, verdict] of before.entries()) {
        const changed = after[index]
        if (changed !== undefined) compare(verdict, changed)
      }
    },
  )
  fc.assert(property, { numRuns: 200 })
}

const removeInverse = ({ NotPrincipal, ...statement }: RawStatement): RawStatement => ({
  ...(NotPrincipal !== undefined && { Principal: NotPrincipal }),
  ...statement,
})

describe('decide(), whatever the policies', () => {
  it('a further Deny never allows more, and never hides a Deny', () => {
    comparing(
      (raw, kind, statement) => add(raw, kind, { ...statement, Effect: 'Deny' }),
      (before, after) => {
        if (!before.allowed) expect(after.allowed).toBe(false)
        if (!before.allowed && before.kind === 'explicit-deny')
          expect(after).toMatchObject({ kind: before.kind })
      },
    )
  })

  it('a further Allow never denies more', () => {
    comparing(
      (raw, kind, statement) => add(raw, kind, { ...removeInverse(statement), Effect: 'Allow' }),
      (before, after) => {
        if (before.allowed) expect(after.allowed).toBe(true)
      },
    )
  })

  it('the order of statements and of policies never matters', () => {
    const turn = <Value>(list: readonly Value[]): readonly Value[] => [...list].reverse()
    const turned = <Policy extends { readonly Statement: unknown }>(policy: Policy): Policy => ({
      ...policy,
      Statement: turn([policy.Statement].flat()),
    })
    comparing(
      (raw) => ({
        ...(raw.identity && { identity: turn(raw.identity.map(turned)) }),
        ...(raw.boundary && { boundary: turned(raw.boundary) }),
        ...(raw.session && { session: turn(raw.session.map(turned)) }),
        ...(raw.resource && { resource: turned(raw.resource) }),
        ...(raw.scps && { scps: turn(raw.scps.map((level) => turn(level.map(turned)))) }),
      }),
      (before, after) => expect({ ...after, by: [] }).toEqual({ ...before, by: [] }),
    )
  })
})

/** Takes all policies of one kind away and says that there may be some. */
function hide(set: PolicySet, kind: Kind): PolicySet {
  const { identity, boundary, session, resource, scps } = set
  return {
    ...(kind !== 'identity' && identity && { identity }),
    ...(kind !== 'boundary' && boundary && { boundary }),
    ...(kind !== 'session' && session && { session }),
    ...(kind !== 'resource' && resource && { resource }),
    ...(kind !== 'scp' && scps && { scps }),
    unknown: [kind],
  }
}

/** AWS gives no user a session policy, and the root user nothing but an organization. */
const canHave = (principal: Principal, kind: PolicyKind): boolean =>
  kind === 'resource' ||
  kind === 'scp' ||
  (principal.type !== 'root' && (kind !== 'session' || principal.type !== 'user'))

describe('decide() with a kind of policy unknown', () => {
  const property = (
    compare: (full: ActionVerdict, hidden: ActionVerdict, without: ActionVerdict, kind: Kind) => void,
  ): void => {
    const hiding = fc.property(
      rawSets,
      callers,
      extraKeys,
      fc.constantFrom(...kinds),
      (raw, principal, keys, kind) => {
        if (!canHave(principal, kind)) return
        const set = compileSet(raw)
        const full = verdictsOf(set, principal, keys)
        const hidden = verdictsOf(hide(set, kind), principal, keys)
        const { unknown: _unknown, ...without } = hide(set, kind)
        const bare = verdictsOf(without, principal, keys)
        for (const [index, verdict] of full.entries()) {
          const [other, left] = [hidden[index], bare[index]]
          if (other !== undefined && left !== undefined) compare(verdict, other, left, kind)
        }
      },
    )
    fc.assert(hiding, { numRuns: 200 })
  }

  it('never turns an Allow into a Deny', () => {
    property((full, hidden) => {
      if (full.allowed && !hidden.allowed) expect(hidden.kind).toBe('unknown')
    })
  })

  it('never turns a Deny of the others into an Allow', () => {
    property((_full, hidden, without) => {
      if (!without.allowed) expect(hidden.allowed).toBe(false)
      if (!without.allowed && without.kind === 'explicit-deny') expect(hidden).toEqual(without)
    })
  })

  it('is a refusal only when it would be one with everything known', () => {
    property((full, hidden) => {
      if (!hidden.allowed && hidden.kind !== 'unknown') expect(full.allowed).toBe(false)
    })
  })

  it('says so wherever what is unknown has a say', () => {
    property((_full, hidden, _without, kind) => {
      if (!hidden.allowed || hidden.unless === undefined) return
      expect(hidden.unless).toEqual([kind])
    })
    property((full, hidden, _without, kind) => {
      // The unknown policy did deny: an Allow without it must not look certain.
      if (!full.allowed && hidden.allowed) expect(hidden.unless).toEqual([kind])
    })
  })
})
