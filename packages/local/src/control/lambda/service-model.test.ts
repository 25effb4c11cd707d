/** The table of operations against botocore's model of Lambda, where python3 has it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import type { Constraint } from '../constraints.ts'
import type { Member } from './operation.ts'
import { lambdaOperations } from './operations.ts'
import { unservedOperations } from './unserved.ts'

interface ModelShape {
  readonly type: string
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly members?: Readonly<Record<string, ModelShape>>
  readonly item?: ModelShape
  readonly key?: ModelShape
  readonly location?: 'uri' | 'querystring' | 'header' | null
  readonly name?: string
}

interface ModelOperation {
  readonly method: string
  readonly path: string
  readonly input: ModelShape | null
}

/** Where the table is right and the model is not, or says less. */
const deviations: readonly (readonly [path: RegExp, why: string])[] = [
  [/FunctionName pattern$|Resource pattern$/, 'AWS answers with patterns that know more regions and layers'],
  [/\.Runtime enum$/, 'checked apart: AWS answers with InvalidParameterValueException'],
  [/\.Timeout max$/, 'AWS knows the limit of 900 seconds; the model has none'],
  [/\.Environment\.Variables key pattern$/, 'checked apart, so that no value is shown'],
  [/^Invoke(?:WithResponseStream)?\.Payload missing$/, 'the whole body, read by the handler'],
]

const locations = { uri: 'uri', querystring: 'query', header: 'header' } as const

const program = fileURLToPath(new URL('../../testing/service-model.py', import.meta.url))
const { status, stdout } = spawnSync('python3', [program, 'lambda'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
const obstacle = status === 0 ? '' : 'skipped: python3 has no module botocore'
const model = (status === 0 ? JSON.parse(stdout) : {}) as Readonly<Record<string, ModelOperation>>

/** A lower bound of none says nothing, and one is sometimes stated. */
const limitsOf = (limits: Constraint | ModelShape): readonly (readonly [string, unknown])[] => [
  ['min', limits.min === 0 ? undefined : limits.min],
  ['max', limits.max],
  ['pattern', limits.pattern],
  ['enum', ('values' in limits ? limits.values : 'enum' in limits ? limits.enum : undefined)?.toSorted()],
]

function compareLimits(path: string, ours: Constraint, theirs: ModelShape): string[] {
  const wanted = new Map(limitsOf(theirs))
  return limitsOf(ours).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(wanted.get(name)) ? [] : [`${path} ${name}`],
  )
}

function compareMember(path: string, ours: Member, theirs: ModelShape, required: boolean): string[] {
  if (ours.isNeutral !== undefined) return []
  const location = theirs.location ? locations[theirs.location] : undefined
  const isHeaderOrQuery = location === 'header' || location === 'query'
  const wire = (ours.wireName ?? path.split('.').at(-1) ?? '').toLowerCase()
  return [
    ...((ours.required ?? false) === required ? [] : [`${path} required`]),
    ...(ours.from === location ? [] : [`${path} location`]),
    ...(isHeaderOrQuery && wire !== theirs.name?.toLowerCase() ? [`${path} name on the wire`] : []),
    ...compareLimits(path, ours, theirs),
    ...(theirs.key === undefined ? [] : compareLimits(`${path} key`, ours.key ?? {}, theirs.key)),
    ...(theirs.item === undefined ? [] : compareLimits(`${path} item`, ours.item ?? {}, theirs.item)),
    ...(theirs.members === undefined ? [] : compareMembers(path, ours.members ?? {}, theirs)),
  ]
}

function compareMembers(
  path: string,
  ours: Readonly<Record<string, Member>>,
  { members = {}, required = [] }: ModelShape,
): string[] {
  return Object.entries(members).flatMap(([name, shape]) => {
    const member = ours[name]
    const full = `${path}.${name}`
    return member === undefined
      ? [`${full} missing`]
      : compareMember(full, member, shape, required.includes(name))
  })
}

const withoutSlash = (path: string): string => path.replace(/\/$/, '')

describe.skipIf(obstacle !== '')(`the table of operations ${obstacle}`, () => {
  it('has the paths, members and limits of the service model', () => {
    const known = lambdaOperations.filter(({ name }) => model[name] !== undefined)
    expect(known.length).toBeGreaterThan(20)
    const differences = known.flatMap(({ name, method, path, members }) => {
      const theirs = model[name]
      if (theirs === undefined) return []
      return [
        ...(method === theirs.method && path === withoutSlash(theirs.path) ? [] : [`${name} path`]),
        ...(theirs.input === null ? [] : compareMembers(name, members, theirs.input)),
      ]
    })
    const isKnown = (difference: string): boolean => deviations.some(([path]) => path.test(difference))
    expect(differences.filter((difference) => !isKnown(difference))).toEqual([])
    // A deviation that is none any more goes.
    expect(deviations.filter(([path]) => !differences.some((one) => path.test(one)))).toEqual([])
  })

  it('refuses by name, on its path, whatever else the model has', () => {
    const refused = new Map(
      unservedOperations.flatMap((row) => row.name.split(' or ').map((name) => [name, row] as const)),
    )
    const served = new Set(lambdaOperations.map(({ name }) => name))
    const wrong = Object.entries(model).filter(([name, { method, path }]) => {
      if (served.has(name)) return false
      const row = refused.get(name)
      const [wanted = ''] = path.split('?')
      return row?.method !== method || row.path !== withoutSlash(wanted)
    })
    expect(wrong.map(([name]) => name)).toEqual([])
  })
})
