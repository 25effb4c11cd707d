import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { isAwsHost, readHostScope } from './hosts.ts'
import { createRequestSigner } from './index.ts'
import { keys } from './testing/function-url.node.ts'

const id = 'abcdefghijklmnopqrstuvwxyz012345'

describe('readHostScope()', () => {
  it.each([
    [`${id}.lambda-url.eu-west-1.on.aws`, 'lambda', 'eu-west-1', true],
    [`${id}.lambda-url.us-gov-west-1.on.aws`, 'lambda', 'us-gov-west-1', true],
    [`${id}.lambda-url.ap-east-1.localhost`, 'lambda', 'ap-east-1', true],
    [`${id}.b7t.lambda-web.us-east-2.on.aws`, 'lambda', 'us-east-2', false],
    ['a1b2c3.execute-api.eu-north-1.amazonaws.com', 'execute-api', 'eu-north-1', true],
    ['a1b2c3-vpce-0f1.execute-api.eu-north-1.amazonaws.com', 'execute-api', 'eu-north-1', true],
    ['vpce-0f1-2.execute-api.us-east-1.vpce.amazonaws.com', 'execute-api', 'us-east-1', true],
    ['a1b2c3.execute-api.cn-north-1.amazonaws.com.cn', 'execute-api', 'cn-north-1', true],
    ['s3.amazonaws.com', 's3', 'us-east-1', true],
    ['s3.eu-west-1.amazonaws.com', 's3', 'eu-west-1', true],
    ['s3-eu-west-1.amazonaws.com', 's3', 'eu-west-1', true],
    ['s3.dualstack.eu-west-1.amazonaws.com', 's3', 'eu-west-1', true],
    ['s3-fips.dualstack.us-gov-west-1.amazonaws.com', 's3', 'us-gov-west-1', true],
    ['my.bucket.s3.eu-west-1.amazonaws.com', 's3', 'eu-west-1', true],
    ['bucket.s3-us-west-2.amazonaws.com', 's3', 'us-west-2', true],
    ['bucket.s3.dualstack.us-west-2.amazonaws.com', 's3', 'us-west-2', true],
    ['bucket.s3.cn-north-1.amazonaws.com.cn', 's3', 'cn-north-1', true],
    ['bucket.s3.amazonaws.com', 's3', undefined, true],
    ['bucket.s3-accelerate.amazonaws.com', 's3', undefined, true],
    ['bucket.s3-accelerate.dualstack.amazonaws.com', 's3', undefined, true],
    ['ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com', 's3', 'eu-west-1', true],
    ['ap-123456789012.s3-accesspoint-fips.dualstack.us-east-1.amazonaws.com', 's3', 'us-east-1', true],
    ['bucket.vpce-0f1-2.s3.us-east-1.vpce.amazonaws.com', 's3', 'us-east-1', true],
    ['123456789012.s3-control.us-east-1.amazonaws.com', 's3', 'us-east-1', true],
    ['ol-123456789012.s3-object-lambda.us-east-1.amazonaws.com', 's3-object-lambda', 'us-east-1', true],
    ['ap-1.op-1.s3-outposts.us-east-1.amazonaws.com', 's3-outposts', 'us-east-1', true],
    ['b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com', 's3express', 'us-west-2', true],
    ['lambda.eu-west-1.amazonaws.com', 'lambda', 'eu-west-1', false],
    ['lambda-fips.us-east-1.amazonaws.com', 'lambda', 'us-east-1', false],
    ['lambda.eu-west-1.api.aws', 'lambda', 'eu-west-1', false],
    ['lambda.cn-north-1.api.amazonwebservices.com.cn', 'lambda', 'cn-north-1', false],
    ['lambda.eusc-de-east-1.amazonaws.eu', 'lambda', 'eusc-de-east-1', false],
    ['a1b2c3.appsync-api.eu-west-1.amazonaws.com', 'appsync', 'eu-west-1', false],
    ['a1b2c3.appsync-realtime-api.eu-west-1.amazonaws.com', 'appsync', 'eu-west-1', false],
    ['email.us-east-1.amazonaws.com', 'ses', 'us-east-1', false],
    ['email-fips.us-east-1.amazonaws.com', 'ses', 'us-east-1', false],
    ['monitoring.us-east-1.amazonaws.com', 'monitoring', 'us-east-1', false],
    ['iam.amazonaws.com', 'iam', 'us-east-1', true],
    ['iam.global.api.aws', 'iam', 'us-east-1', true],
    ['cloudfront-fips.amazonaws.com', 'cloudfront', 'us-east-1', true],
    ['iam.amazonaws.eu', 'iam', 'eusc-de-east-1', true],
    ['queue.amazonaws.com', 'sqs', 'us-east-1', true],
    ['efs.eu-west-1.api.aws', 'elasticfilesystem', 'eu-west-1', false],
    ['places.geo-fips.us-gov-west-1.api.aws', 'geo-places', 'us-gov-west-1', false],
    ['data-ats.iot-fips.us-east-1.api.aws', 'iotdata', 'us-east-1', false],
    ['iam.us-gov.amazonaws.com', 'iam', 'us-gov-west-1', true],
    ['iam.cn-north-1.amazonaws.com.cn', 'iam', 'cn-north-1', false],
    ['sts.amazonaws.com', 'sts', 'us-east-1', true],
    ['sts.eu-west-1.amazonaws.com', 'sts', 'eu-west-1', false],
    ['api.ecr.us-east-1.amazonaws.com', 'ecr', 'us-east-1', false],
    ['bedrock-runtime.us-east-1.amazonaws.com', 'bedrock', 'us-east-1', false],
    ['runtime.sagemaker.us-east-1.amazonaws.com', 'sagemaker', 'us-east-1', false],
    ['123456789012.ddb.us-east-1.amazonaws.com', 'dynamodb', 'us-east-1', false],
    ['a1b2-ats.iot.us-east-1.amazonaws.com', 'iotdata', 'us-east-1', false],
    ['iot.us-east-1.amazonaws.com', 'iot', 'us-east-1', false],
    ['search-a-b.eu-west-1.es.amazonaws.com', 'es', 'eu-west-1', true],
    ['a1b2.us-east-1.aoss.amazonaws.com', 'aoss', 'us-east-1', true],
    ['eu-west-1.queue.amazonaws.com', 'sqs', 'eu-west-1', true],
    ['vpce-0f1-2.sqs.us-east-1.vpce.amazonaws.com', 'sqs', 'us-east-1', false],
  ])('reads %s', (host, service, region, isCertain) => {
    expect(readHostScope(host)).toEqual({ service, region, isCertain })
  })

  it.each([
    'example.com',
    'amazonaws.com',
    'us-east-1.amazonaws.com',
    `${id}.lambda-url.us-east-1.on.aws.example.com`,
    'lambda.us-east-1.amazonaws.com.example.com',
    'lambda.us-east-1.example.amazonaws.com.evil',
    'lambda-us-east-1-amazonaws.com',
    's3.us-east-1.amazonaws.com.cn.example',
    'on.aws',
    '',
    'my-nlb-0a1b.elb.us-east-1.amazonaws.com',
    'my-alb-0a1b.us-east-1.elb.amazonaws.com',
    'my-nlb-0a1b.elb.cn-north-1.amazonaws.com.cn',
    'ec2-1-2-3-4.eu-west-1.compute.amazonaws.com',
    'ec2-1-2-3-4.compute-1.amazonaws.com',
    'my-app.us-east-1.elasticbeanstalk.com',
    'bucket.s3-website-us-east-1.amazonaws.com',
    'bucket.s3-website.eu-central-1.amazonaws.com',
    'vpce-0f1-2.vpce-svc-0a1b.us-east-1.vpce.amazonaws.com',
    'a1b2.vfs.cloud9.eu-west-1.amazonaws.com',
    'j-1.emrappui-prod.us-east-1.amazonaws.com',
  ])('does not know %s', (host) => {
    expect(readHostScope(host)).toBeUndefined()
  })

  it('takes any label before a region, since labels there are given by AWS', () => {
    expect(readHostScope('brand-new.us-east-1.amazonaws.com')?.service).toBe('brand-new')
    expect(readHostScope('elasticbeanstalk.us-east-1.amazonaws.com')?.service).toBe('elasticbeanstalk')
    expect(readHostScope('cloud9.us-east-1.amazonaws.com')?.service).toBe('cloud9')
  })

  it('refuses what takes no signature of version 4', () => {
    expect(() => readHostScope('a1b2.accesspoint.s3-global.amazonaws.com')).toThrow(/version 4A/)
  })

  it('agrees with botocore on the hosts of every service in four regions', (context) => {
    const { status, stdout, stderr, error } = spawnSync('python3', ['-c', botocoreHosts], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    })
    if (error || stderr.includes('ModuleNotFoundError')) {
      context.skip('needs python3 with botocore')
      return
    }
    expect([status, stderr]).toEqual([0, ''])
    const rows = JSON.parse(stdout) as readonly (readonly [string, string, string])[]
    expect(rows.length).toBeGreaterThan(1000)
    const different = rows.filter(([host, service, region]) => {
      const scope = readHostScope(host)
      return scope?.service !== service || scope.region !== region
    })
    // CodeCatalyst takes bearer tokens, and no signature.
    expect([...new Set(different.map(([host]) => host))]).toEqual(['codecatalyst.global.api.aws'])
  })
})

describe('a host of AWS without TLS', () => {
  const sign = (host: string): Promise<unknown> =>
    createRequestSigner({ credentials: keys, region: 'us-east-1', service: 'lambda' })(`http://${host}/`)

  it.each([
    `${id}.lambda-url.eu-west-1.on.aws`,
    `${id}.lambda-url.eu-west-1.on.aws.`,
    `${id.toUpperCase()}.LAMBDA-URL.eu-west-1.ON.AWS:8080`,
    'lambda.eu-west-1.amazonaws.com',
    'lambda.eu-west-1.api.aws',
    'lambda.cn-north-1.amazonaws.com.cn',
    'lambda.cn-north-1.api.amazonwebservices.com.cn',
    'lambda.eusc-de-east-1.amazonaws.eu',
    'bucket.s3.amazonaws.com',
    'anything.on.aws',
  ])('is refused: %s', async (host) => {
    await expect(sign(host)).rejects.toThrow(/in clear: use https/)
    await expect(sign(host)).rejects.toThrow(TypeError)
  })

  it.each([
    '127.0.0.1:20000',
    'localhost',
    `${id}.lambda-url.eu-west-1.localhost:4566`,
    'api.example.com',
    'amazonaws.com.example.com',
    'notamazonaws.com',
    'internal-alb.us-east-1.elb.amazonaws.com',
    'ec2-1-2-3-4.compute-1.amazonaws.com',
  ])('is not %s', async (host) => {
    expect(isAwsHost(host.replace(/:.*/, ''))).toBe(false)
    await expect(sign(host)).resolves.toMatchObject({ method: 'GET' })
  })
})

// The metadata stand at the beginning of each model; to read the models whole would take seconds.
const botocoreHosts = `
import botocore.session, glob, gzip, json, os, re
resolver = botocore.session.get_session().get_component('endpoint_resolver')
rows = []
for path in glob.glob(os.path.join(os.path.dirname(botocore.__file__), 'data', '*', '*', 'service-2.json*')):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rt') as file:
        text = file.read(4000)
    prefix = re.search(r'"endpointPrefix" *: *"([^"]+)"', text).group(1)
    name = re.search(r'"signingName" *: *"([^"]+)"', text)
    for region in ('us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1'):
        endpoint = resolver.construct_endpoint(prefix, region)
        if endpoint:
            scope = endpoint.get('credentialScope', {})
            rows.append([endpoint['hostname'], name.group(1) if name else scope.get('service', prefix),
                         scope.get('region', endpoint['endpointName'])])
print(json.dumps(rows))
`
