/** One header as name and value; the value is Latin-1 text, one character an octet. */
export type HeaderPair = readonly [name: string, value: string]

/**
 * The caller, as Lambda writes it into `requestContext.authorizer.iam` of a URL with `AWS_IAM`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export interface IamAuthorizer {
  /** Access key id the request was signed with: `AKIA…` or `ASIA…`. */
  readonly accessKey: string
  /** Twelve digits: the caller's account. */
  readonly accountId: string
  /** Unique id: `AROA…:session` for a role session, `AIDA…` for a user. */
  readonly callerId: string
  /** Always null on function URLs. */
  readonly cognitoIdentity: null
  /** `o-…`, or null when the account belongs to no organization. */
  readonly principalOrgId: string | null
  /** ARN of the user or of the assumed-role session. */
  readonly userArn: string
  /** The same unique id as `callerId`. */
  readonly userId: string
}

/** The `requestContext` member of a function URL event. */
export interface FunctionUrlRequestContext {
  /** Account of the caller, or `anonymous` on a URL with auth type NONE. */
  readonly accountId: string
  /** The URL id: the first label of the host name. */
  readonly apiId: string
  /** Present on URLs with `AWS_IAM` only. */
  readonly authorizer?: { readonly iam: IamAuthorizer }
  /** `<url-id>.lambda-url.<region>.on.aws` */
  readonly domainName: string
  /** The URL id again. */
  readonly domainPrefix: string
  readonly http: {
    readonly method: string
    /** Path, percent-decoded once. */
    readonly path: string
    /** `HTTP/1.1` */
    readonly protocol: string
    /** Address of the TCP peer, IPv4 or IPv6. */
    readonly sourceIp: string
    readonly userAgent?: string
  }
  /** UUID; also the answer's `x-amzn-RequestId`. */
  readonly requestId: string
  readonly routeKey: '$default'
  readonly stage: '$default'
  /** `dd/Mon/yyyy:HH:mm:ss +0000`, UTC. */
  readonly time: string
  /** Milliseconds since 1970. */
  readonly timeEpoch: number
}

/**
 * A request to a function URL, payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export interface FunctionUrlEvent {
  readonly version: '2.0'
  readonly routeKey: '$default'
  /** Path with its percent-encoding as sent. */
  readonly rawPath: string
  /** Query as sent, without the question mark; empty without a query. */
  readonly rawQueryString: string
  /** One entry a cookie; absent without cookies. The `cookie` header is there as well. */
  readonly cookies?: readonly string[]
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded; repeated names joined by a comma, which loses information: prefer `rawQueryString`. */
  readonly queryStringParameters?: Readonly<Record<string, string>>
  readonly requestContext: FunctionUrlRequestContext
  /** Text, or base64 when `isBase64Encoded`; absent when empty. */
  readonly body?: string
  readonly isBase64Encoded: boolean
}

/** The `requestContext` member of an HTTP API event. */
export interface HttpApiRequestContext extends Omit<FunctionUrlRequestContext, 'routeKey' | 'stage'> {
  /** `GET /items/{id}`, or `$default`. */
  readonly routeKey: string
  /** Name of the stage, or `$default`. */
  readonly stage: string
}

/**
 * A request to an HTTP API of API Gateway, payload format 2.0. It differs from a function URL's in what it has lost: the path
 * is decoded and begins with the stage, and cookies are in `cookies` only.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export interface HttpApiEvent extends Omit<FunctionUrlEvent, 'routeKey' | 'requestContext'> {
  readonly routeKey: string
  readonly requestContext: HttpApiRequestContext
  readonly pathParameters?: Readonly<Record<string, string>>
  readonly stageVariables?: Readonly<Record<string, string>>
}

/** Every kind of event an application can be hosted behind, by its tag. */
export interface EventKinds {
  readonly 'function-url': FunctionUrlEvent
  readonly 'http-api': HttpApiEvent
}

/** The tag of a kind of event. */
export type EventKind = keyof EventKinds

/** An event of any kind. */
export type HttpEvent = EventKinds[EventKind]

/** What a handler of a BUFFERED URL returns for full control of the answer. */
export interface FunctionUrlResult {
  /** 200 to 599. */
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  /** One `Set-Cookie` each. */
  readonly cookies?: readonly string[]
  /** Text, or base64 when `isBase64Encoded`. */
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** Status and headers of an answer, ready to be written. */
export interface HttpResponseHead {
  /** 200 to 599. */
  readonly statusCode: number
  readonly headers: readonly HeaderPair[]
}

/** An answer as an application gives it: any iterable of headers will do, and a text need not be encoded first. */
export interface ResultParts {
  /** 200 to 599. */
  readonly statusCode: number
  readonly headers: Iterable<HeaderPair>
  /** Bytes, or text that is meant as UTF-8. */
  readonly body: Uint8Array | string
}

/** An answer as it goes to the client; `content-length` is left to the writer. */
export interface HttpResponseParts extends HttpResponseHead {
  readonly body: Uint8Array
}
