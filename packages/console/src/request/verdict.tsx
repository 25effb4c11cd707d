import type { RequestRecord } from '@furlong/local'
import type { Diagnosis } from '@furlong/sigv4'
import type { JSX } from 'preact'
import { asSentence } from '../words.ts'

/** Why a request was refused, in one sentence, and what to do. */
export function Verdict({ record }: { readonly record: RequestRecord }): JSX.Element | null {
  const { refusal } = record
  if (refusal === undefined) return null
  const { explanation, diagnoses = [] } = refusal
  const why = explanation?.says ?? refusal.cause
  const [first] = diagnoses
  const isToldAlready = first?.says === why
  const others = isToldAlready ? diagnoses.slice(1) : diagnoses
  const fixes = [refusal.fix, ...diagnoses.map(({ fix }) => fix)].filter((fix) => fix !== undefined)
  return (
    <div class="verdict" role="alert">
      <p class="verdict-gate">
        Refused at <strong>{refusal.gate}</strong> · <code>{refusal.code}</code>
      </p>
      <p class="verdict-says">
        {asSentence(why)} {isToldAlready && first !== undefined && <Proof of={first} />}
      </p>
      {others.map((diagnosis) => (
        <p key={diagnosis.cause}>
          {diagnosis.says} <Proof of={diagnosis} />
        </p>
      ))}
      {fixes.map((fix) => (
        <p key={fix}>
          <strong>Fix:</strong> {fix}
        </p>
      ))}
    </div>
  )
}

function Proof({ of }: { readonly of: Diagnosis }): JSX.Element {
  return (
    <span class="muted">
      {of.proof === 'signature-matches'
        ? '(proved: the signature matches then)'
        : '(by what the request shows)'}
    </span>
  )
}
