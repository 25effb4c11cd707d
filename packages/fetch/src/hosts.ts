/** What the name of a host says about signing. */
export interface HostScope {
  /** The signing name of the service. */
  readonly service: string
  /** The region; undefined where the host does not say it. */
  readonly region: string | undefined
  /** Whether the host alone decides the service. Otherwise its label is only a good guess, which an option overrules. */
  readonly isCertain: boolean
}

/** One form of host. */
interface HostRule {
  /** Matches the whole lower-case host name; its groups `region`, `service` and `prefix` are read. */
  readonly pattern: RegExp
  /** The signing name, unless a group of the pattern says it. */
  readonly service?: string
  /** The region, unless a group of the pattern says it. */
  readonly region?: string
  /** Set where the service is read off a label and might be called otherwise. */
  readonly isGuess?: true
  /** Why no signature of version 4 can be made for it. */
  readonly refusal?: string
}

/**
 * The signing name of endpoints of Lambda Web Functions.
 * guess: their one IAM action is `lambda:InvokeWebFunctionEndpoint`; the signing name itself was not seen.
 */
const webFunctionService = 'lambda'

const anyRegion = String.raw`[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}`
const region = `(?<region>${anyRegion})`
const suffix = String.raw`amazonaws\.(?:com(?:\.cn)?|eu)`
const dualSuffix = String.raw`api\.(?:aws|amazonwebservices\.(?:com\.cn|eu))`
const anySuffix = `(?:${suffix}|${dualSuffix})`

function whole(text: string): RegExp {
  return new RegExp(`^${text}$`)
}

/** The domains under which AWS answers itself. */
const awsDomains = whole(String.raw`(?:.+\.)?(?:${anySuffix}|on\.aws)`)

/**
 * Hosts under AWS's domains behind which any customer may run anything: load balancers, machines, websites, endpoint
 * services and previews. They are like domains of one's own: nothing is read off them, and the options decide.
 * @see https://publicsuffix.org/list/public_suffix_list.dat
 */
const customerHosts: readonly RegExp[] = [
  whole(String.raw`.+\.elb\.(?:${anyRegion}\.)?${suffix}`),
  whole(String.raw`.+\.compute(?:-1)?\.${suffix}`),
  whole(String.raw`.+\.s3-website[.-]${anyRegion}\.${suffix}`),
  whole(String.raw`.+\.vpce-svc-[^.]+\.${anyRegion}\.vpce\.${suffix}`),
  whole(String.raw`.+\.(?:vfs|webview-assets)\.cloud9\.${anyRegion}\.${suffix}`),
  whole(String.raw`.+\.(?:emr(?:appui|notebooks|studio)-prod|analytics-gateway)\.${anyRegion}\.${suffix}`),
]

/**
 * The forms of host, the first that fits counts.
 * The suffix of function URLs outside `on.aws` is not known; `localhost` is the local side's.
 */
const hostRules: readonly HostRule[] = [
  {
    pattern: whole(String.raw`[^.]+\.lambda-url\.(?<region>[a-z0-9-]+)\.(?:on\.aws|localhost)`),
    service: 'lambda',
  },
  {
    pattern: whole(String.raw`.+\.lambda-web\.(?<region>[a-z0-9-]+)\.on\.aws`),
    service: webFunctionService,
    isGuess: true,
  },
  {
    pattern: whole(String.raw`(?:.+\.)?execute-api(?:-fips)?\.${region}\.(?:vpce\.)?${anySuffix}`),
    service: 'execute-api',
  },
  {
    pattern: whole(String.raw`.+\.accesspoint\.s3-global\.${suffix}`),
    service: 's3',
    refusal: 'A multi-region access point of S3 takes signatures of version 4A only: use one of its buckets',
  },
  { pattern: whole(String.raw`.+\.s3-accelerate(?:\.dualstack)?\.amazonaws\.com`), service: 's3' },
  { pattern: whole(String.raw`s3(?:-external-1)?\.amazonaws\.com`), service: 's3', region: 'us-east-1' },
  // The bucket lies in any region, and the host does not say in which.
  { pattern: whole(String.raw`.+\.s3\.amazonaws\.com`), service: 's3' },
  {
    pattern: whole(
      String.raw`(?:.+\.)?s3(?:-accesspoint|-control)?(?:-fips)?(?:\.dualstack)?[.-]${region}\.(?:vpce\.)?${suffix}`,
    ),
    service: 's3',
  },
  {
    pattern: whole(
      String.raw`(?:.+\.)?(?<service>s3-object-lambda|s3-outposts)(?:-fips)?(?:\.dualstack)?\.${region}\.${anySuffix}`,
    ),
  },
  {
    pattern: whole(String.raw`(?:.+\.)?s3express-[a-z0-9-]+(?:\.dualstack)?\.${region}\.${suffix}`),
    service: 's3express',
  },
  { pattern: whole(String.raw`.+\.${region}\.(?<service>es|aoss|cloudsearch)\.${suffix}`) },
  { pattern: whole(String.raw`.+\.aos\.${region}\.on\.aws`), service: 'es' },
  { pattern: whole(String.raw`${region}\.queue\.${suffix}`), service: 'sqs' },
  {
    pattern: whole(String.raw`(?!api\.)[^.]+\.iot(?:-fips)?\.${region}\.${anySuffix}`),
    service: 'iotdata',
    isGuess: true,
  },
  {
    pattern: whole(String.raw`vpce-[^.]+\.(?<prefix>.+)\.${region}\.vpce\.${suffix}`),
    isGuess: true,
  },
  // Any label: those before a region are AWS's to give, but for the customers' forms above. A list of services would
  // turn new ones away, and protect nobody: a signature holds for one host and one service, and for nothing else.
  { pattern: whole(String.raw`(?<prefix>.+)\.${region}\.${anySuffix}`), isGuess: true },
  {
    pattern: whole(
      String.raw`(?<service>iam|sts|cloudfront|route53|waf|budgets|savingsplans|sdb)(?:-fips)?\.amazonaws\.com`,
    ),
    region: 'us-east-1',
  },
  {
    pattern: whole(String.raw`(?<service>iam|route53|cloudfront|savingsplans)(?:-fips)?\.global\.api\.aws`),
    region: 'us-east-1',
  },
  {
    pattern: whole(String.raw`(?:global\.)?(?<service>health|queue)\.amazonaws\.com`),
    region: 'us-east-1',
  },
  {
    pattern: whole(String.raw`importexport\.amazonaws\.com`),
    service: 'IngestionService',
    region: 'us-east-1',
  },
  {
    pattern: whole(String.raw`(?<service>globalaccelerator)\.amazonaws\.com`),
    region: 'us-west-2',
  },
  {
    pattern: whole(String.raw`(?<service>iam|route53)\.us-gov\.(?:amazonaws\.com|api\.aws)`),
    region: 'us-gov-west-1',
  },
  {
    pattern: whole(String.raw`(?<service>iam)\.global\.api\.amazonwebservices\.com\.cn`),
    region: 'cn-north-1',
  },
  {
    pattern: whole(String.raw`(?:global\.)?(?<service>route53|budgets|health)\.amazonaws\.com\.cn`),
    region: 'cn-northwest-1',
  },
  {
    pattern: whole(String.raw`(?<service>route53)\.global\.api\.amazonwebservices\.com\.cn`),
    region: 'cn-northwest-1',
  },
  {
    pattern: whole(
      String.raw`(?<service>iam|route53|cloudfront|budgets)(?:-fips)?\.(?:amazonaws|(?:global\.)?api\.amazonwebservices)\.eu`,
    ),
    region: 'eusc-de-east-1',
  },
]

/** The services whose signing name is not the last label before the region. */
const signingNames: ReadonlyMap<string, string> = new Map([
  ['agreement-marketplace', 'aws-marketplace'],
  ['aos', 'es'],
  ['api.tunneling.iot', 'IoTSecuredTunneling'],
  ['appconfigdata', 'appconfig'],
  ['appstream2', 'appstream'],
  ['appsync-api', 'appsync'],
  ['appsync-realtime-api', 'appsync'],
  ['arc-recovery-control-config', 'route53-recovery-control-config'],
  ['ats.iot', 'iotdata'],
  ['bedrock-agent', 'bedrock'],
  ['bedrock-agent-runtime', 'bedrock'],
  ['bedrock-agentcore-control', 'bedrock-agentcore'],
  ['bedrock-data-automation', 'bedrock'],
  ['bedrock-data-automation-runtime', 'bedrock'],
  ['bedrock-runtime', 'bedrock'],
  ['cassandra-streams', 'cassandra'],
  ['catalog-marketplace', 'aws-marketplace'],
  ['catalog.marketplace', 'aws-marketplace'],
  ['cloudhsmv2', 'cloudhsm'],
  ['cloudsearchdomain', 'cloudsearch'],
  ['contact-lens', 'connect'],
  ['data-signer', 'signer'],
  ['data.iotevents', 'ioteventsdata'],
  ['ddb', 'dynamodb'],
  ['deployment-marketplace', 'aws-marketplace'],
  ['discovery-marketplace', 'aws-marketplace'],
  ['efs', 'elasticfilesystem'],
  ['email', 'ses'],
  ['entitlement-marketplace', 'aws-marketplace'],
  ['entitlement.marketplace', 'aws-marketplace'],
  ['forecastquery', 'forecast'],
  ['git-codecommit', 'codecommit'],
  ['identity-chime', 'chime'],
  ['iot-tunneling', 'IoTSecuredTunneling'],
  ['ivsrealtime', 'ivs'],
  ['jobs.iot', 'iot-jobs-data'],
  ['kafka-api', 'kafka'],
  ['mail-manager', 'ses'],
  ['maps.geo', 'geo-maps'],
  ['media-pipelines-chime', 'chime'],
  ['meetings-chime', 'chime'],
  ['memory-db', 'memorydb'],
  ['messaging-chime', 'chime'],
  ['metering-marketplace', 'aws-marketplace'],
  ['metering.marketplace', 'aws-marketplace'],
  ['migrationhub-config', 'mgh'],
  ['models-v2-lex', 'lex'],
  ['oidc', 'sso-oauth'],
  ['participant.connect', 'execute-api'],
  ['personalize-events', 'personalize'],
  ['personalize-runtime', 'personalize'],
  ['pinpoint', 'mobiletargeting'],
  ['places.geo', 'geo-places'],
  ['portal.sso', 'awsssoportal'],
  ['queue', 'sqs'],
  ['reporting-marketplace', 'aws-marketplace'],
  ['routes.geo', 'geo-routes'],
  ['runtime-v2-lex', 'lex'],
  ['servicecatalog-appregistry', 'servicecatalog'],
  ['sms-voice.pinpoint', 'sms-voice'],
  ['streams-dynamodb', 'dynamodb'],
  ['timestream-ingest', 'timestream'],
  ['timestream-query', 'timestream'],
  ['voice-chime', 'chime'],
])

/**
 * Tells whether AWS itself answers under the name of a host, which it does over TLS.
 * @param hostname a lower-case host name, without port
 * @returns true for AWS's domains; false for customers' hosts within them, and for all others
 */
export function isAwsHost(hostname: string): boolean {
  return awsDomains.test(hostname) && !customerHosts.some((host) => host.test(hostname))
}

/**
 * Reads service and region off the name of a host.
 * @param hostname a lower-case host name, without port
 * @returns what it says; undefined when it is no host of AWS in a known form, or one of a customer
 * @throws TypeError for a host of AWS that takes no signature of version 4
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
export function readHostScope(hostname: string): HostScope | undefined {
  if (customerHosts.some((host) => host.test(hostname))) return undefined
  for (const rule of hostRules) {
    const match = rule.pattern.exec(hostname)
    if (!match) continue
    if (rule.refusal !== undefined) throw new TypeError(rule.refusal)
    const { service, prefix, region } = match.groups ?? {}
    return {
      service: rule.service ?? getSigningName(service ?? prefix ?? ''),
      region: region ?? rule.region,
      isCertain: rule.isGuess === undefined,
    }
  }
  return undefined
}

// `<account>.ddb`, `data.jobs.iot`, `api.ecr`: the longest ending that has a name of its own, else the last label.
function getSigningName(prefix: string): string {
  const labels = prefix
    .replace(/\.dualstack$/, '')
    .replace(/-fips$/, '')
    .split('.')
  for (let start = 0; start < labels.length; start++) {
    const name = signingNames.get(labels.slice(start).join('.'))
    if (name !== undefined) return name
  }
  return labels.at(-1) ?? ''
}
