/** The shapes of the vector files that the suite reads. */

/** The keys of a vector. */
export interface VectorCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A case of AWS's own test suites. */
export interface OfficialCase {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly query: string | null
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly credentials: VectorCredentials
  readonly token: string | null
  readonly tokenSigned: boolean
  readonly normalize: boolean
  readonly signBody: boolean
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly authorization: string
  readonly presign?: {
    readonly expiresIn: number
    readonly canonicalRequest: string
    readonly stringToSign: string
    readonly signature: string
  }
}

/** What botocore made of a case. */
export interface BotocoreOutput {
  readonly canonicalRequest: string
  readonly authorization: string
  readonly sets: readonly (readonly [string, string])[]
}

/** A nasty request for a function URL. */
export interface UrlCase {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly wire: boolean
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string
  readonly bodyBase64?: string
  readonly token?: string
  readonly botocore: BotocoreOutput
  readonly onWhatwg?: BotocoreOutput
  readonly onParams?: { readonly canonicalQuery: string; readonly authorization: string }
}

/** A presigned request for a function URL. */
export interface PresignCase {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly token?: string
  readonly presign: {
    readonly expiresIn: number
    readonly canonicalRequest: string
    readonly stringToSign: string
    readonly signedUrl: string
  }
}

/** A request as a Python client put it on the wire. */
export interface PythonCase {
  readonly library: string
  readonly name: string
  readonly host: string
  readonly token: boolean
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly bodyBase64: string
  readonly expect: 'valid' | 'valid-with-host-without-port' | 'invalid'
}

/** All that the suite is run on. */
export interface Vectors {
  /** AWS's own suites; absent where the shared folder does not lie beside the checkout. */
  readonly official?: { readonly cases: readonly OfficialCase[] }
  readonly functionUrls: {
    readonly date: string
    readonly region: string
    readonly service: string
    readonly credentials: VectorCredentials
    readonly cases: readonly UrlCase[]
    readonly presign: readonly PresignCase[]
  }
  readonly pythonSigners: {
    readonly clock: string
    readonly region: string
    readonly service: string
    readonly credentials: Required<VectorCredentials>
    readonly cases: readonly PythonCase[]
  }
}
