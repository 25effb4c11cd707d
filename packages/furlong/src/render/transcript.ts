import { plainPaint, type Paint } from '../reporter.ts'
import type { ExaminedTranscript } from '../transcripts/examine.ts'
import { findHeader, type Transcript } from '../transcripts/transcript.ts'

/**
 * Renders what a transcript shows: the exchange, what refused it, why, and what to do.
 * @param transcript what was read
 * @param examination what was found
 * @param paint paint for the output; default plain
 * @returns the lines
 */
export function renderTranscript(
  transcript: Transcript,
  examination: ExaminedTranscript,
  paint: Paint = plainPaint,
): string[] {
  const { refusal, diagnoses, notes } = examination
  const fixes = [
    ...diagnoses.map(({ fix }) => fix),
    ...(diagnoses.length > 0 || !refusal ? [] : [refusal.fix]),
  ]
  return [
    renderExchange(transcript, paint),
    ...renderRefusal(examination, paint),
    ...diagnoses.map(
      ({ says, proof }) =>
        `${paint('bold', 'Why')}  ${says} ${paint('dim', proof === 'signature-matches' ? '(proved: the signature matches then)' : '(by what the request shows)')}`,
    ),
    ...notes.map((note) => `${paint('bold', 'Note')}  ${note}`),
    ...fixes.map((fix) => `${paint('bold', 'Fix')}  ${fix}`),
  ]
}

function renderExchange({ form, request, answer }: Transcript, paint: Paint): string {
  const what =
    request === undefined
      ? 'An answer'
      : `${request.method} ${hideSignature(request.target)} to ${findHeader(request.rawHeaders, 'host') ?? 'no host'}`
  const status = answer?.status === undefined ? '' : ` → ${answer.status}`
  return `${paint('bold', what)}${status} ${paint('dim', `(read from: ${form})`)}`
}

function renderRefusal({ refusal, diagnoses }: ExaminedTranscript, paint: Paint): string[] {
  if (refusal === undefined) return []
  const { code, message, says } = refusal
  const words = [...(code === undefined ? [] : [code]), ...(message === '' ? [] : [`“${message}”`])].join(' ')
  return [
    ...(words === '' ? [] : [`${paint('bold', 'AWS')}  ${words}`]),
    // A check of the request itself says more than its answer.
    ...(diagnoses.length > 0 ? [] : [`${paint('bold', 'Why')}  ${says}`]),
  ]
}

const hideSignature = (target: string): string =>
  target.replaceAll(/(X-Amz-(?:Signature|Security-Token)=)[^&]+/gi, '$1…')
