// An AWS SDK client with nothing set but its region: it calls lambda.us-east-1.amazonaws.com, with what its first argument names.
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { FetchHttpHandler } from '@smithy/fetch-http-handler'

const [kind = ''] = process.argv.slice(2)
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, STRANGER_ACCESS_KEY_ID, STRANGER_SECRET_ACCESS_KEY } =
  process.env

async function call(accessKeyId, secretAccessKey) {
  const client = new LambdaClient({
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    ...(kind === 'fetch' ? { requestHandler: new FetchHttpHandler() } : {}),
  })
  try {
    const { Functions, $metadata } = await client.send(new ListFunctionsCommand())
    return [$metadata.httpStatusCode, JSON.stringify(Functions)]
  } catch (error) {
    return [error.$metadata?.httpStatusCode ?? 0, `${error.name}: ${error.message}`]
  } finally {
    client.destroy()
  }
}

const outcome = {
  right: await call(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY),
  wrongKey: await call(AWS_ACCESS_KEY_ID, `${AWS_SECRET_ACCESS_KEY}x`),
  stranger: await call(STRANGER_ACCESS_KEY_ID, STRANGER_SECRET_ACCESS_KEY),
}
process.stdout.write(JSON.stringify(outcome))
