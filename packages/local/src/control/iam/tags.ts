import type { RequestContext } from '@furlong/iam'

import { ControlError } from '../control-error.ts'

/** One tag as the query protocol carries it. */
export interface TagInput {
  readonly Key?: string
  readonly Value?: string
}

const maxKeyLength = 128
const maxValueLength = 256

/**
 * Reads the tags of a call.
 *
 * @param tags as they came
 * @returns values by key
 * @throws {ControlError} for a key that is missing, repeated or reserved, or a text that is too long
 */
export function readTags(tags: readonly TagInput[] = []): Readonly<Record<string, string>> {
  const entries = new Map<string, string>()
  for (const { Key: key = '', Value: value = '' } of tags) {
    if (key.length < 1 || key.length > maxKeyLength || value.length > maxValueLength) {
      throw new ControlError(
        'ValidationError',
        `A tag's key must have 1 to ${maxKeyLength} characters and its value at most ${maxValueLength}: ${key}`,
      )
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw new ControlError('InvalidInput', `Tag keys that begin with aws: are reserved: ${key}`)
    }
    if (entries.has(key)) {
      throw new ControlError(
        'InvalidInput',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    }
    entries.set(key, value)
  }
  return Object.fromEntries(entries)
}

/**
 * Gives the condition keys of a call that sets tags.
 *
 * @param tags as they came
 * @returns `aws:TagKeys` and `aws:RequestTag/…`; nothing without tags
 */
export function createTagContext(tags: readonly TagInput[] | undefined): RequestContext {
  if (tags === undefined) return {}
  const context: Record<string, string | readonly string[]> = {
    'aws:TagKeys': tags.flatMap(({ Key }) => Key ?? []),
  }
  for (const { Key, Value = '' } of tags) if (Key !== undefined) context[`aws:RequestTag/${Key}`] = Value
  return context
}
