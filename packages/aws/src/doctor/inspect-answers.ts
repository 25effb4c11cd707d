import type { Explanation } from '@furlong/iam'
import type { Finding } from './finding.ts'
import type { Patient } from './find-patient.ts'
import type { ProbeAnswer } from './probe.ts'

/** What the URL answered; an error where nobody did. */
export interface Answers {
  readonly unsigned?: ProbeAnswer | Error
  readonly signed?: ProbeAnswer | Error
}

/** AWS allows five minutes between the clocks; from one on a clock deserves a word, in seconds. */
const [allowedSkewSeconds, tellingSkewSeconds] = [300, 60]

/**
 * Says what the answers to an unsigned and a signed request show.
 * @param answers what the URL answered
 * @param expected the function, and what its policies decide about the signer
 * @returns what was as it must be, and what was not
 */
export function inspectAnswers(
  { unsigned, signed }: Answers,
  { patient, explanation }: { patient: Patient; explanation: Explanation },
): Finding[] {
  return [
    ...(unsigned === undefined ? [] : inspectUnsigned(unsigned, patient)),
    ...(signed === undefined ? [] : inspectSigned(signed, patient, explanation)),
    ...inspectClock([signed, unsigned]),
  ]
}

function inspectUnsigned(answer: ProbeAnswer | Error, { url }: Patient): Finding[] {
  if (answer instanceof Error) return [createSilent('unsigned', answer)]
  const { status, refusal } = answer
  if (refusal?.kind === 'no-such-url') {
    const says =
      'The URL answers that it does not exist, although the function has it: it was made or deleted just now.'
    return [{ part: 'unsigned', verdict: 'wrong', says, tryThis: 'wait a minute, then try again' }]
  }
  const isRefused = refusal?.kind === 'access-denied'
  if (url?.authType === 'NONE') {
    return isRefused
      ? [
          {
            part: 'unsigned',
            verdict: 'wrong',
            says: `An unsigned request is refused (${status}): NONE needs both public statements.`,
          },
        ]
      : [
          {
            part: 'unsigned',
            verdict: 'warning',
            says: `Anybody may call it: an unsigned request is let in (${status}).`,
          },
        ]
  }
  return isRefused
    ? [
        {
          part: 'unsigned',
          verdict: 'fine',
          says: `An unsigned request is refused (${status}), as it must be.`,
        },
      ]
    : [
        {
          part: 'unsigned',
          verdict: 'warning',
          says: `An unsigned request was answered ${status}${refusal === undefined ? '' : `: ${refusal.says}`}`,
        },
      ]
}

function inspectSigned(
  answer: ProbeAnswer | Error,
  { reservedConcurrency }: Patient,
  explanation: Explanation,
): Finding[] {
  if (answer instanceof Error) return [createSilent('signed', answer)]
  const { status, refusal, front, skewSeconds = 0 } = answer
  if (front === 'cloudfront') {
    const says =
      'The answer came through CloudFront, which signs itself or passes another host on: sign for the function URL’s own host, and send x-amz-content-sha256 with a body.'
    return [{ part: 'signed', verdict: 'warning', says }]
  }
  if (refusal === undefined) {
    const doubt = explanation.allowed ? '' : ' So something that could not be read lets it in.'
    const time =
      Math.abs(skewSeconds) > allowedSkewSeconds
        ? ' It was signed for the time that the server gave, which other clients do not do by themselves.'
        : ''
    const verdict = status >= 500 ? 'wrong' : 'fine'
    return [
      {
        part: 'signed',
        verdict,
        says: `A signed GET / is let in: the application answered ${status}.${doubt}${time}`,
      },
    ]
  }
  if (refusal.kind === 'access-denied' && !explanation.allowed) {
    const isOpen = explanation.actions.some((action) => !action.allowed && action.kind === 'unknown')
    const why = isOpen ? ': what could not be read does not let it in either' : ', as the policies have it'
    return [{ part: 'signed', verdict: 'wrong', says: `A signed GET / is refused (${status})${why}.` }]
  }
  if (refusal.kind === 'access-denied') {
    const says = `A signed GET / is refused (${status}) although both permissions are there: they take effect after a while, or a service control policy or a session policy denies.`
    return [
      {
        part: 'signed',
        verdict: 'wrong',
        says,
        tryThis: 'wait up to some minutes and run furlong doctor again',
      },
    ]
  }
  const part = refusal.kind === 'function-error' ? 'function' : 'signed'
  // With a reserved concurrency of 0 the remedy is known, and stands elsewhere.
  const isSwitchedOff = refusal.kind === 'throttled' && reservedConcurrency === 0
  const words = refusal.message === '' ? '' : ` (“${refusal.message}”)`
  return [
    {
      part,
      verdict: 'wrong',
      says: `A signed GET / was answered ${status}: ${refusal.says}${words}`,
      ...(isSwitchedOff ? {} : { tryThis: refusal.fix }),
    },
  ]
}

/**
 * Says that nobody answered.
 * @param part which request it was
 * @param error why
 * @returns the finding
 */
export function createSilent(part: 'unsigned' | 'signed', error: Error): Finding {
  const cause = error.cause instanceof Error ? error.cause : error
  // The system's codes say more than its sentences; our own errors have sentences.
  const code =
    (cause as NodeJS.ErrnoException).syscall === undefined ? undefined : (cause as NodeJS.ErrnoException).code
  return {
    part,
    verdict: 'open',
    says: `No ${part} request could be sent: ${code ?? cause.message.replace(/\.$/, '')}.`,
  }
}

/**
 * Says how far this machine's clock is from the server's.
 * @param answers those that may have a date
 * @returns nothing when the clock is right, or not to be told
 */
export function inspectClock(answers: readonly (ProbeAnswer | Error | undefined)[]): Finding[] {
  const skew = answers.flatMap((answer) =>
    answer === undefined || answer instanceof Error ? [] : (answer.skewSeconds ?? []),
  )[0]
  if (skew === undefined || Math.abs(skew) < tellingSkewSeconds) return []
  const seconds = Math.round(Math.abs(skew))
  return [
    {
      part: 'clock',
      verdict: seconds > allowedSkewSeconds ? 'wrong' : 'warning',
      says: `This machine's clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} the server's; a signature holds for ${allowedSkewSeconds} s.`,
      tryThis: 'set the clock, for example with NTP',
    },
  ]
}
