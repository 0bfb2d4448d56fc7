/** One field the server refused, with a code the catalogue translates. */
export interface FieldProblem {
  field: string
  code: string
  params?: Record<string, unknown>
}

/** `application/problem+json` as the server writes it. */
export interface Problem {
  status: number
  code: string
  title?: string
  params?: Record<string, unknown>
  fields?: FieldProblem[]
  request_id?: string
}

/** Every failed call ends as one of these: the server's own problem, or `offline` when it was never reached. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly params: Record<string, unknown>
  readonly fields: FieldProblem[]
  readonly requestId: string | undefined

  constructor(problem: Problem) {
    super(problem.title ?? problem.code)
    this.name = 'ApiError'
    this.status = problem.status
    this.code = problem.code
    this.params = problem.params ?? {}
    this.fields = problem.fields ?? []
    this.requestId = problem.request_id
  }

  /** The request never reached the server, or its answer never reached us. */
  get offline(): boolean {
    return this.status === 0
  }

  /** Trying the same request again may help. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Makes an ApiError of a refused answer, whatever its body holds. */
export function toApiError(response: Response, body: unknown): ApiError {
  const problem = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {}
  return new ApiError({
    ...problem,
    status: response.status,
    code: typeof problem.code === 'string' ? problem.code : fallbackCode(response.status),
  })
}

/** A proxy's own error page has no code of ours. */
function fallbackCode(status: number): string {
  if (status === 401) return 'unauthenticated'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 413) return 'too_large'
  return status >= 500 ? 'unavailable' : 'invalid'
}
