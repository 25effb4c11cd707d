import type { RequestContext } from '@furlong/iam'

import { ControlError } from '../control-error.ts'

/** One tag as the query protocol carries it. */
export interface TagInput {
  readonly Key: string
  readonly Value: string
}

/** Values by key, which keeps its case and is compared without. */
export type Tags = Readonly<Record<string, string>>

/** The most tags of one resource or session. */
const maxTags = 50

/**
 * Reads the tags of a call.
 *
 * @param tags as they came, checked by the members' limits
 * @returns values by key
 * @throws {ControlError} InvalidInput for a key that is repeated or reserved
 */
export function readTags(tags: readonly TagInput[] = []): Tags {
  const seen = new Set<string>()
  for (const { Key: key } of tags) {
    if (key.toLowerCase().startsWith('aws:')) {
      throw new ControlError('InvalidInput', `Tag keys that begin with aws: are reserved: ${key}`)
    }
    if (seen.has(key.toLowerCase())) {
      throw new ControlError(
        'InvalidInput',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    }
    seen.add(key.toLowerCase())
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))
}

/**
 * Leaves tags out.
 *
 * @param tags as they are
 * @param keys in any case
 * @returns the others
 */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  const left = new Set(keys.map((key) => key.toLowerCase()))
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !left.has(key.toLowerCase())))
}

/**
 * Adds tags; a new one replaces one whose key differs in case only.
 *
 * @param tags as they are
 * @param added the new ones
 * @returns all of them
 * @throws {ControlError} LimitExceeded
 */
export function addTags(tags: Tags, added: Tags): Tags {
  const all = { ...withoutTags(tags, Object.keys(added)), ...added }
  if (Object.keys(all).length <= maxTags) return all
  throw new ControlError('LimitExceeded', 'The number of tags has reached the maximum limit.')
}

/**
 * Gives the condition keys of a call that sets tags.
 *
 * @param tags as they came
 * @returns `aws:TagKeys` and `aws:RequestTag/…`; nothing without tags
 */
export function createTagContext(tags: readonly TagInput[] | undefined): RequestContext {
  if (tags === undefined) return {}
  return {
    'aws:TagKeys': tags.map(({ Key }) => Key),
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
  }
}
