import { compareCanonicalStrings } from '@furlong/sigv4'
import { maskText } from '@furlong/sigv4/mask-text'
import { parseFunctionArn } from '@furlong/iam'
import type { RequestRecord } from '../record/record.ts'
import type { Payload, RequestDetail, SentRequest, SignatureComparison } from './contract.ts'
import { listFixes, planFixes } from './fixes.ts'
import type { UrlCall } from './page.ts'
import type { ConsoleParts } from './parts.ts'
import { showPayload, showRecorded } from './payload.ts'
import { dropSignature, findReplay } from './replay.ts'
import { showAnswer } from './sent-answer.ts'
import { showRequest } from './sent-request.ts'

/** Tells everything that is known of one request. */
export function describeRequest(parts: ConsoleParts, found: RequestRecord): RequestDetail {
  // Log lines and payloads are the function's own: what they give away is hidden here, as it is before it is written.
  const record = JSON.parse(maskText(JSON.stringify(found))) as RequestRecord
  const { refusal } = record
  const kept = parts.records.exchanges.get(record.id)
  const sent = kept === undefined ? undefined : showRequest(kept.request)
  const event =
    kept?.event === undefined ? record.event && showRecorded(record.event) : showPayload(kept.event)
  const result =
    kept?.result === undefined ? record.result && showRecorded(record.result) : showPayload(kept.result)
  const fixes = listFixes(record)
  const call = sent && createCall(parts, record, sent)
  return {
    record,
    replay: findReplay(parts, record),
    ...(refusal?.signature === undefined ? {} : { signature: compareSignature(refusal) }),
    ...(sent === undefined ? {} : { sent }),
    ...(event === undefined ? {} : { event }),
    ...(result === undefined ? {} : { result }),
    ...(kept?.answer === undefined ? {} : { answer: showAnswer(kept.answer, record.method) }),
    ...(refusal?.document === undefined ? {} : { errorDocument: showRecorded(refusal.document) }),
    ...(fixes.length === 0 ? {} : { fixes: planFixes(parts, fixes) }),
    ...(call === undefined ? {} : { code: parts.page.renderCode(call) }),
  }
}

function compareSignature({
  signature,
  diagnoses = [],
}: NonNullable<RequestRecord['refusal']>): SignatureComparison {
  const { server, client } = signature ?? { server: { canonicalRequest: '' } }
  const causes = diagnoses.flatMap(({ cause, proof }) => (proof === 'signature-matches' ? [cause] : []))
  const differences = client && compareCanonicalStrings(server, client)
  return {
    server,
    causes,
    ...(client === undefined ? {} : { client }),
    ...(differences === undefined ? {} : { differences }),
  }
}

const notWritten =
  /^(?:host|authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256|content-length|transfer-encoding|connection|accept-encoding|user-agent|accept|sec-.*)$/i

function createCall({ side }: ConsoleParts, record: RequestRecord, sent: SentRequest): UrlCall {
  const { body, headers, method, target } = sent
  return {
    method,
    url: `http://${record.host}${dropSignature(target)}`,
    headers: headers.filter(([name]) => !notWritten.test(name)),
    ...readBody(body),
    region: parseFunctionArn(record.functionArn ?? '')?.region ?? side.region,
    isSigned: record.caller !== undefined || record.refusal?.gate === 'authenticate',
  }
}

function readBody({ bytes, encoding, isCut, text }: Payload): Pick<UrlCall, 'body' | 'lostBodyBytes'> {
  if (bytes === 0) return {}
  if (isCut) return { lostBodyBytes: bytes }
  return { body: encoding === 'utf8' ? text : Buffer.from(text, 'base64') }
}
