// Package agencies holds a worker's pages about who represents them: agencies
// that say so and wait for an answer, and those that the worker has confirmed.
package agencies
