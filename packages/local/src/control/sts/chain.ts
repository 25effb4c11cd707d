import type { RequestContext } from '@furlong/iam'

import { ControlError } from '../control-error.ts'
import type { TagInput, Tags } from '../iam/tags.ts'
import { createTagContext, readTags } from '../iam/tags.ts'
import type { QueryCall } from '../query/operation.ts'

/** The members that mark a session. */
export interface MarkInput {
  readonly Tags?: readonly TagInput[]
  readonly TransitiveTagKeys?: readonly string[]
  readonly SourceIdentity?: string
}

/** What a session of a role carries along, given by the call or inherited from the session that called. */
export interface SessionMarks {
  readonly tags: Tags
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
}

/** guess: the words for marks that do not fit together; AWS documents that they are refused. */
const refusals = {
  unknownTransitive: (key: string) => `The transitive tag key ${key} is not a key of the session tags.`,
  inherited: (key: string) =>
    `The session tag ${key} is inherited from the calling session and cannot be passed.`,
  identity: 'The source identity that was set for the calling session cannot be changed.',
  reserved: 'A source identity must not begin with aws:.',
} as const

const lower = (keys: Iterable<string>): Set<string> => new Set([...keys].map((key) => key.toLowerCase()))

/**
 * Reads what a session of a role is marked with. In a chain of roles, transitive tags and the source identity of the
 * calling session go on.
 *
 * @param call AssumeRole
 * @returns the marks of the new session
 * @throws {ControlError} ValidationError or InvalidInput for marks that do not fit together
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
 */
export function readMarks({ input, request, services }: QueryCall<MarkInput>): SessionMarks {
  const caller = services.store.session(request.accessKeyId)
  const inheritedKeys = lower(caller?.transitiveTagKeys ?? [])
  const inherited = Object.entries(caller?.tags ?? {}).filter(([key]) => inheritedKeys.has(key.toLowerCase()))
  const passed = readTags(input.Tags)
  const passedKeys = lower(Object.keys(passed))
  for (const key of Object.keys(passed)) {
    if (inheritedKeys.has(key.toLowerCase())) throw refuse(refusals.inherited(key))
  }
  for (const key of input.TransitiveTagKeys ?? []) {
    if (!passedKeys.has(key.toLowerCase())) throw refuse(refusals.unknownTransitive(key))
  }
  const sourceIdentity = readSourceIdentity(input.SourceIdentity, caller?.sourceIdentity)
  return {
    tags: { ...Object.fromEntries(inherited), ...passed },
    transitiveTagKeys: [...inherited.map(([key]) => key), ...(input.TransitiveTagKeys ?? [])],
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  }
}

function readSourceIdentity(given: string | undefined, inherited: string | undefined): string | undefined {
  if (given?.toLowerCase().startsWith('aws:') === true) throw refuse(refusals.reserved)
  if (inherited !== undefined && (given ?? inherited) !== inherited) throw refuse(refusals.identity)
  return given ?? inherited
}

function refuse(message: string): ControlError {
  return new ControlError('ValidationError', message)
}

/**
 * Says which actions marks need beside `sts:AssumeRole`, on both sides. Inherited ones need them, too.
 *
 * @param marks of the new session
 * @returns actions of STS
 */
export function actionsOfMarks({ tags, sourceIdentity }: SessionMarks): string[] {
  return [
    ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession']),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ]
}

/**
 * Gives the condition keys of marks.
 *
 * @param marks of the new session
 * @returns `aws:RequestTag/…`, `aws:TagKeys`, `sts:TransitiveTagKeys` and `sts:SourceIdentity`, where there are any
 */
export function contextOfMarks({ tags, transitiveTagKeys, sourceIdentity }: SessionMarks): RequestContext {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return {
    ...createTagContext(list.length === 0 ? undefined : list),
    ...(transitiveTagKeys.length === 0 ? {} : { 'sts:TransitiveTagKeys': transitiveTagKeys }),
    ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
  }
}
