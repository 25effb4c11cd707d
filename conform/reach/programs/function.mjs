// A function that calls another function by its address on AWS. Knows nothing of furlong.
import { AwsClient } from 'aws4fetch'

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env

export async function handler({ url, suffix = '' }) {
  const client = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY + suffix,
    sessionToken: AWS_SESSION_TOKEN,
    retries: 0,
  })
  const response = await client.fetch(url)
  return [response.status, await response.text()]
}
