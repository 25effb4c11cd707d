import { randomUUID } from 'node:crypto'

import type { RequestContext } from '@furlong/iam'

import type { FunctionRecord } from '../../store/functions.ts'
import { createValidationMessage } from '../constraints.ts'
import { ControlError } from '../control-error.ts'
import { invalidParameterError } from './errors.ts'
import { findFunction, refuseCreating } from './function-target.ts'
import { taggedResource } from './members.ts'
import type { LambdaCall, LambdaOperation } from './operation.ts'
import { defineOperation } from './operation.ts'

/** Tag keys and values. */
export type Tags = Readonly<Record<string, string>>

/** The tag that chooses the id of a function's next URL. */
export const urlIdTag = 'furlong:url-id'

const urlIdPattern = /^[0-9a-z]{32}$/
const maxTags = 50
const maxKeyLength = 128
const maxValueLength = 256

/** guess: the texts for tags of wrong length and reserved keys; that Lambda refuses such tags is known. */
const tagTexts = {
  length: (key: string) =>
    `The tag key must have 1 to ${maxKeyLength} characters and its value at most ${maxValueLength}: ${key}`,
  reserved: (key: string) => `Tag keys that begin with aws: are reserved: ${key}`,
} as const

/**
 * Checks a function's tags as they would be.
 *
 * @param tags all of them
 * @throws {ControlError} naming the tag and the limit
 */
export function checkTags(tags: Tags): void {
  const entries = Object.entries(tags)
  if (entries.length > maxTags) {
    throw invalidParameterError('Number of tags exceeds resource tag limit.')
  }
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > maxKeyLength || value.length > maxValueLength) {
      throw invalidParameterError(tagTexts.length(key))
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalidParameterError(tagTexts.reserved(key))
    }
  }
  checkUrlId(tags[urlIdTag])
}

function checkUrlId(urlId: string | undefined): void {
  if (urlId === undefined || urlIdPattern.test(urlId)) return
  throw new ControlError(
    'ValidationException',
    createValidationMessage([
      `Value '${urlId}' at 'tags.${urlIdTag}' failed to satisfy constraint: Member must be the id of a function URL, 32 lower-case alphanumerics: [0-9a-z]{32}`,
    ]),
  )
}

/**
 * Gives the condition keys of a call that sets tags.
 *
 * @param tags the tags it sets
 * @returns `aws:TagKeys` and `aws:RequestTag/…`
 */
export function createTagContext(tags: Tags): RequestContext {
  const requestTags = Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])
  return { 'aws:TagKeys': Object.keys(tags), ...(Object.fromEntries(requestTags) as Record<string, string>) }
}

function findTagged({ target, services }: Pick<LambdaCall<unknown>, 'target' | 'services'>): FunctionRecord {
  if (target.qualifier !== undefined) {
    throw invalidParameterError(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    )
  }
  return findFunction(services.store, target)
}

interface TagResourceInput {
  readonly Tags: Tags
}

interface UntagResourceInput {
  readonly TagKeys: readonly string[]
}

/** TagResource, UntagResource, ListTags. */
export const tagOperations: readonly LambdaOperation[] = [
  defineOperation<TagResourceInput>({
    name: 'TagResource',
    method: 'POST',
    path: '/2017-03-31/tags/{Resource}',
    status: 204,
    action: 'lambda:TagResource',
    members: { Resource: taggedResource, Tags: { type: 'map', required: true } },
    context: ({ input }) => createTagContext(input.Tags),
    handle: (call) => {
      const record = findTagged(call)
      refuseCreating(record)
      if (Object.keys(call.input.Tags).length === 0) {
        throw invalidParameterError('An error occurred and the request cannot be processed.')
      }
      const tags = { ...record.tags, ...call.input.Tags }
      checkTags(tags)
      call.services.store.functions.replace({ ...record, tags, revisionId: randomUUID() })
      return {}
    },
  }),
  defineOperation<UntagResourceInput>({
    name: 'UntagResource',
    method: 'DELETE',
    path: '/2017-03-31/tags/{Resource}',
    status: 204,
    action: 'lambda:UntagResource',
    members: {
      Resource: taggedResource,
      TagKeys: { type: 'list', from: 'query', wireName: 'tagKeys', required: true },
    },
    context: ({ input }) => ({ 'aws:TagKeys': input.TagKeys }),
    handle: (call) => {
      const record = findTagged(call)
      refuseCreating(record)
      const kept = Object.entries(record.tags).filter(([key]) => !call.input.TagKeys.includes(key))
      call.services.store.functions.replace({
        ...record,
        tags: Object.fromEntries(kept),
        revisionId: randomUUID(),
      })
      return {}
    },
  }),
  defineOperation({
    name: 'ListTags',
    method: 'GET',
    path: '/2017-03-31/tags/{Resource}',
    status: 200,
    action: 'lambda:ListTags',
    members: { Resource: taggedResource },
    handle: (call) => ({ json: { Tags: findTagged(call).tags } }),
  }),
]
