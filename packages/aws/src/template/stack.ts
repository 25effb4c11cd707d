import type { Cors, FunctionUrlAuthType, InvokeMode } from '@aws-sdk/client-lambda'
import { AwsError } from '../errors.ts'
import type { Architecture } from '../bundle/python-platform.ts'

/** A text of a template, or what it is made of when the stack is: nothing of it is known before. */
export type Value =
  | string
  /** ARN of something of IAM in the stack's own account, such as `role/reader`. */
  | { readonly ownArn: string }
  /** ARN of one of AWS's own policies, such as `service-role/AWSLambdaBasicExecutionRole`. */
  | { readonly managedPolicy: string }
  /** What is given when the stack is made. */
  | { readonly parameter: string }

/** What is given when the stack is made. */
export interface StackParameter {
  /** Letters and digits, the first one a capital. */
  readonly name: string
  readonly says: string
  /** Whether it is hidden once it is given. */
  readonly isSecret?: true
}

/** One statement of the function's policy, as `AddPermission` takes it; its id is CloudFormation's. */
export interface StackPermission {
  /** Letters and digits, the first one a capital: the same for the same caller and action, whatever else is granted. */
  readonly name: string
  readonly action: string
  readonly principal: Value
  readonly functionUrlAuthType?: string
  readonly invokedViaFunctionUrl?: true
  readonly sourceArn?: string
  readonly sourceAccount?: string
  readonly principalOrgId?: string
  readonly eventSourceToken?: string
}

/** The role of the function in a template. */
export type StackRole =
  | { readonly kind: 'named'; readonly arn: Value }
  | {
      readonly kind: 'own'
      readonly managedPolicies: readonly Value[]
      readonly policies: Readonly<Record<string, object>>
    }

/** What a template sets up: pure data, the same for CloudFormation and for the CDK. */
export interface Stack {
  readonly functionName: string
  readonly description?: string
  readonly runtime: string
  readonly handler: string
  readonly architecture?: Architecture
  readonly memorySizeMb: number
  readonly timeoutSeconds: number
  readonly environment: Readonly<Record<string, Value>>
  readonly tags: Readonly<Record<string, string>>
  readonly role: StackRole
  readonly url?: {
    readonly authType: FunctionUrlAuthType
    readonly invokeMode: InvokeMode
    readonly cors?: Cors
  }
  /** URL and permissions are the alias's; its version is known by the code it is of. */
  readonly alias?: { readonly name: string; readonly codeSha256: string }
  readonly parameters: readonly StackParameter[]
  readonly permissions: readonly StackPermission[]
  /** What the template does not hold, and what the other side of a grant must do; a sentence each. */
  readonly notes: readonly string[]
}

/**
 * Makes a name for a resource or a parameter.
 * @param words anything; what is no letter or digit parts words
 * @returns letters and digits, each word with a capital
 */
export function toLogicalName(...words: readonly string[]): string {
  const parts = words.flatMap((word) => word.split(/[^A-Za-z0-9]+/)).filter((part) => part !== '')
  const name = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')
  return /^[A-Z]/.test(name) ? name : `X${name}`
}

/**
 * Makes one of what is named twice.
 * @param things parameters or permissions
 * @returns each once
 * @throws {AwsError} `TemplateFailed` for two different ones of the same name, which cannot both be in a template
 */
export function dropTwins<T extends { readonly name: string }>(things: readonly T[]): T[] {
  const known = new Map<string, T>()
  for (const thing of things) {
    const before = known.get(thing.name)
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(thing)) {
      throw new AwsError(
        'TemplateFailed',
        `Two things would both be called ${thing.name} in the template: their names differ in punctuation alone.`,
        { tryThis: 'another name for one of them; a caller may be named by the ARN of its role' },
      )
    }
    known.set(thing.name, thing)
  }
  return [...known.values()]
}
