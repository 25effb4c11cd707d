/** Another service, which calls the first one with its own role's credentials. */
import { createSignedFetch } from '@furlong/fetch'

const signedFetch = createSignedFetch({ service: 'lambda' })

export async function handler(event: { url: string }): Promise<{ status: number; text: string }> {
  const response = await signedFetch(`${event.url}book?page=5`)
  return { status: response.status, text: await response.text() }
}
