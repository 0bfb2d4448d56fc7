import { ApiError, newKey, type StoredFile, toApiError } from '@zhike/api'

/** A file on its way up. `stop` ends it. */
export interface Upload {
  done: Promise<StoredFile>
  stop: () => void
}

/** Sends a file up and tells how much of it has gone, from 0 to 1; `fetch` cannot. */
export function upload(file: File, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<StoredFile>((resolve, reject) => {
    request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total))
    request.addEventListener('load', () => {
      const body: unknown = parse(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as StoredFile)
      else reject(toApiError({ status: request.status } as Response, body))
    })
    request.addEventListener('error', () => reject(new ApiError({ status: 0, code: 'offline', title: 'network' })))
    request.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')))
  })
  request.open('POST', '/api/v1/files')
  request.setRequestHeader('X-Zhike', '1')
  request.setRequestHeader('Idempotency-Key', newKey())
  const body = new FormData()
  body.append('file', file)
  request.send(body)
  return { done, stop: () => request.abort() }
}

/** Sends files up one after the other; their ids. */
export async function uploaded(files: readonly File[]): Promise<string[]> {
  const ids: string[] = []
  for (const file of files) ids.push((await upload(file, () => undefined).done).id)
  return ids
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
