import type { Credentials } from './credentials.ts'

/** A header as it is sent. */
export type HeaderPair = readonly [name: string, value: string]

/** A request to sign. */
export interface SignableRequest {
  /** The method, in any case; it is sent and signed in upper case. */
  readonly method: string
  /** An absolute http or https URL; `+` in its query is a blank. */
  readonly url: string
  /** The headers to send, for example an array of pairs or a `Headers`. */
  readonly headers?: Iterable<HeaderPair>
  /** The body, text as UTF-8. */
  readonly body?: string | Uint8Array
  /** The body's SHA-256, 64 lower-case hexadecimal digits, or `UNSIGNED-PAYLOAD`, instead of hashing `body`. */
  readonly payloadHash?: string
}

/** How to sign. */
export interface SignOptions {
  readonly credentials: Credentials
  /** The region, for example `eu-central-1`. */
  readonly region: string
  /** The signing name of the service: `lambda` for a function URL. */
  readonly service: string
  /** The time of signing. */
  readonly now: Date
  /**
   * Chooses the headers to sign by their lower-case names; `signsHeaderByDefault` by default. `host`, `x-amz-date`,
   * `x-amz-security-token` and `x-amz-content-sha256` are signed whatever it says.
   */
  readonly signsHeader?: (name: string) => boolean
  /**
   * Whether `x-amz-content-sha256` is sent and signed: by default whenever there is a body or a `payloadHash`.
   * S3 and `UNSIGNED-PAYLOAD` need it, so there it is sent whatever this says.
   */
  readonly sendsPayloadHash?: boolean
  /**
   * Whether `UNSIGNED-PAYLOAD` may be signed for `lambda`: false by default, because AWS refuses it there. For a
   * server that verifies with `allowUnsignedPayload`, and for tests.
   */
  readonly allowUnsignedPayload?: boolean
}

/**
 * Tells whether a header is signed when the caller makes no choice.
 * @param name its lower-case name
 * @returns false for hop-by-hop headers and those that proxies add or change; they are sent all the same
 */
export function signsHeaderByDefault(name: string): boolean {
  return !/^(?:connection|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|accept-encoding|user-agent|x-amzn-trace-id|trace(?:parent|state)|forwarded|via|x-forwarded-.*|x-real-ip|x-amz-cf-id|cf-.*|sec-.*|cdn-loop|true-client-ip)$/.test(
    name,
  )
}
