import type { RequestContext } from '@furlong/iam'

import type { QueryCall, QueryMember, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import { findOwnPolicy, findPolicy } from './find-policy.ts'
import { paging, policyArn, tagKeys, tags } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput } from './principal-kind.ts'
import { contextOfNamed, findNamed, kinds, resourceOfNamed } from './principal-kind.ts'
import { addTags, createTagContext, readTags, withoutTags } from './tags.ts'
import type { TagInput, Tags } from './tags.ts'

interface TargetInput extends NamedInput {
  readonly PolicyArn: string
}

interface TagCall extends TargetInput {
  readonly Tags: readonly TagInput[]
}

interface UntagCall extends TargetInput {
  readonly TagKeys: readonly string[]
}

interface ListCall extends TargetInput, PagingInput {}

/** What has tags: how it is named, read and written. */
interface TagTarget {
  readonly noun: string
  readonly named: Readonly<Record<string, QueryMember>>
  readonly resource: (call: QueryCall<TargetInput>) => string
  readonly context: (call: QueryCall<TargetInput>) => RequestContext
  readonly read: (call: QueryCall<TargetInput>) => Tags
  readonly write: (call: QueryCall<TargetInput>, tags: Tags) => void
}

function createPrincipalTarget(type: 'user' | 'role'): TagTarget {
  const kind = kinds[type]
  return {
    noun: kind.noun,
    named: kind.named,
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    read: (call) => findNamed(kind, call).tags,
    write: (call, all) => call.services.store.principals.update(findNamed(kind, call), { tags: all }),
  }
}

const targets: readonly TagTarget[] = [
  createPrincipalTarget('role'),
  createPrincipalTarget('user'),
  {
    noun: 'Policy',
    named: { PolicyArn: policyArn },
    resource: ({ input }) => input.PolicyArn,
    context: () => ({}),
    read: (call) => findPolicy(call).tags,
    write: (call, all) => call.services.store.managedPolicies.setTags(findOwnPolicy(call).arn, all),
  },
]

function createTagOperations({ noun, named, resource, context, read, write }: TagTarget): QueryOperation[] {
  return [
    defineQueryOperation<TagCall>({
      name: `Tag${noun}`,
      members: { ...named, Tags: { ...tags, required: true } },
      resource,
      context: (call) => ({ ...context(call), ...createTagContext(call.input.Tags) }),
      handle: (call) => {
        write(call, addTags(read(call), readTags(call.input.Tags)))
        return undefined
      },
    }),
    defineQueryOperation<UntagCall>({
      name: `Untag${noun}`,
      members: { ...named, TagKeys: { ...tagKeys, required: true } },
      resource,
      context: (call) => ({ ...context(call), 'aws:TagKeys': call.input.TagKeys }),
      handle: (call) => {
        write(call, withoutTags(read(call), call.input.TagKeys))
        return undefined
      },
    }),
    defineQueryOperation<ListCall>({
      name: `List${noun}Tags`,
      members: { ...named, ...paging },
      resource,
      context,
      handle: (call) => {
        const sorted = Object.entries(read(call)).sort(([a], [b]) =>
          a.toLowerCase() < b.toLowerCase() ? -1 : 1,
        )
        return createPage(
          'Tags',
          sorted,
          ([key]) => key,
          ([Key, Value]) => ({ Key, Value }),
          call.input,
        )
      },
    }),
  ]
}

/** Tag, Untag and List, for roles, users and managed policies. */
export const tagOperations: readonly QueryOperation[] = targets.flatMap(createTagOperations)
