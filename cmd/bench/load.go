package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// call is one request: its address and the header that says who asks.
type call struct {
	url, header, value string
	id                 string // X-Request-Id, if it matters
}

// client sends to one in-process server over real sockets.
var client = fasthttp.Client{MaxConnsPerHost: 256, ReadTimeout: time.Minute, MaxResponseBodySize: 1 << 30, ReadBufferSize: 16 << 10}

// streamer takes a file as it comes. A body within its limit it would hold whole,
// as client does, and the file would be counted as the server's memory.
var streamer = fasthttp.Client{ReadTimeout: time.Minute, StreamResponseBody: true, MaxResponseBodySize: 64 << 10, ReadBufferSize: 16 << 10}

// ask sends one request and refuses any answer but a whole good one.
func ask(c call) (body []byte, err error) {
	err = exchangeOnce(c, func(answer *fasthttp.Response) { body = slices.Clone(answer.Body()) })
	return body, err
}

func exchangeOnce(c call, look func(*fasthttp.Response)) error {
	request, answer := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(answer)
	request.SetRequestURI(c.url)
	if c.header != "" {
		request.Header.Set(c.header, c.value)
	}
	if c.id != "" {
		request.Header.Set("X-Request-Id", c.id)
	}
	if err := client.Do(request, answer); err != nil {
		return err
	}
	if answer.StatusCode() != fasthttp.StatusOK || len(answer.Body()) == 0 {
		return fmt.Errorf("%s answered %d: %.200s", c.url, answer.StatusCode(), answer.Body())
	}
	if look != nil {
		look(answer)
	}
	return nil
}

// closed keeps so many requests under way and gives how many were answered a
// second.
func closed(calls []call, at int, lasts time.Duration) (float64, error) {
	var answered atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	for n := range at {
		all.Go(func() {
			for i := n; time.Since(began) < lasts && failed.Load() == nil; i++ {
				if err := exchangeOnce(calls[i%len(calls)], nil); err != nil {
					failed.Store(&err)
					return
				}
				answered.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(answered.Load()) / time.Since(began).Seconds(), nil
}

// steady sends so many requests a second, whether or not earlier ones have been
// answered, and gives the latency of each from the instant at which it was due.
// A server that stalls is charged for every request that had to wait.
func steady(ctx context.Context, calls []call, rate int, lasts time.Duration) ([]time.Duration, error) {
	n := int(lasts.Seconds() * float64(rate))
	took := make([]time.Duration, n)
	errs := make([]error, n)
	var all sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		all.Go(func() {
			errs[i] = exchangeOnce(calls[i%len(calls)], nil)
			took[i] = time.Since(due)
		})
	}
	all.Wait()
	return took, errors.Join(errs...)
}

// percentile is the latency that so many in a hundred stay within, in
// milliseconds.
func percentile(took []time.Duration, p float64) float64 {
	sorted := slices.Sorted(slices.Values(took))
	at := min(int(float64(len(sorted))*p/100), len(sorted)-1)
	return float64(sorted[at].Microseconds()) / 1000
}
