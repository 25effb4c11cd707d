import type { Gate } from '@furlong/local/console'

/** What each gate asks, for whoever meets it the first time; in their order. */
export const gateQuestions: Readonly<Record<Gate, string>> = {
  route: 'Is there such a function URL?',
  preflight: 'Is it a CORS preflight?',
  authenticate: 'Who calls? The signature.',
  authorize: 'May they? The policies.',
  admit: 'Is there room? The limits.',
  invoke: 'What does the function say?',
  respond: 'Can it be sent as HTTP?',
}

/** The gates in their order, as every mark and every waterfall shows them. */
export const gates: readonly Gate[] = Object.keys(gateQuestions) as Gate[]

/**
 * Names a function as people do.
 *
 * @param functionArn its ARN, qualified or not
 * @returns `name` or `name:alias`; anything else as it is
 */
export function nameFunction(functionArn: string): string {
  const [, , service, , , , name, qualifier] = functionArn.split(':')
  if (service !== 'lambda' || name === undefined) return functionArn
  return qualifier === undefined ? name : `${name}:${qualifier}`
}

/** The ARN of the function itself, without alias or version. */
export function unqualify(functionArn: string): string {
  return functionArn.split(':').slice(0, 7).join(':')
}

/**
 * Names a caller as people do.
 *
 * @param arn such as `arn:aws:sts::111122223333:assumed-role/caller/session`
 * @returns `assumed-role/caller/session`; anything else as it is
 */
export function nameCaller(arn: string): string {
  const parts = arn.split(':')
  return parts[0] === 'arn' && parts.length >= 6 ? parts.slice(5).join(':') : arn
}

/** The account of an ARN, empty where it has none. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? ''
}

/** A duration in milliseconds, as the command line writes it. */
export function formatMs(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** A size in bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`
}

/** A whole number in groups of three, so that 10000 and 100000 can be told apart. */
export function formatCount(count: number): string {
  // Not by toLocaleString(): its first call takes longer than the first rows do.
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** The time of day of an instant, in the reader's own zone, to the millisecond. */
export function formatTime(at: string): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** Ends a text as a sentence. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Takes out what gives text its colours on a terminal. */
export function stripColours(text: string): string {
  return text.replaceAll(/\u001b\[[\d;]*m/g, '')
}
