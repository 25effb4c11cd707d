import type { Malformation } from './malformed-messages.ts'
import { createMalformedMessage } from './malformed-messages.ts'
import type { PolicyKind } from './policy.ts'

/** Where and how a document breaks a rule. */
export interface PolicyFault {
  /** Where in the document, such as `Statement[0].Condition.Bool`; empty for the document itself. */
  readonly path: string
  /** What stood there; absent when nothing did. */
  readonly value?: unknown
  /** What had to stand there, as half a sentence: `must be "Allow" or "Deny"`. */
  readonly rule: string
  /** Which of AWS's sentences says so; its general one when absent. */
  readonly malformation?: Malformation
  /** What that sentence names. */
  readonly named?: string
}

/** A policy document that IAM would not accept. */
export class PolicyError extends Error {
  override readonly name: string = 'PolicyError'
  /** AWS's own error code, always the same. */
  readonly code = 'MalformedPolicyDocument' as const
  /** Where in the document, such as `Statement[0].Condition.Bool`; empty for the document itself. */
  readonly path: string
  /** What stood there, as JSON, shortened. */
  readonly value: string
  /** What had to stand there. */
  readonly rule: string
  /** What IAM answers, in its own words: far less than `message`. */
  readonly awsMessage: string

  /**
   * @param kind where the policy was to stand
   * @param fault where and how the document breaks a rule
   */
  constructor(kind: PolicyKind, fault: PolicyFault) {
    const { path, value, rule, malformation = 'syntax', named = '' } = fault
    const shown = showValue(value)
    super(`${path === '' ? 'The policy document' : path}${shown === '' ? '' : ` is ${shown}:`} ${rule}`)
    this.path = path
    this.value = shown
    this.rule = rule
    this.awsMessage = createMalformedMessage(kind, malformation, named)
  }
}

const maxShownCharacters = 80

function showValue(value: unknown): string {
  if (value === undefined) return ''
  const text = JSON.stringify(prune(value, shownDepth))
  return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}…` : text
}

const shownDepth = 8

// A document may be nested deeper than `JSON.stringify` goes, and nobody reads that far.
function prune(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return '…'
  if (Array.isArray(value)) return value.map((member) => prune(member, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, prune(member, depth - 1)]))
}
