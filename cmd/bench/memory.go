package main

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// resident is the memory of this process that lies in RAM, in MB. The load
// generator and the raw limits are in it too.
func resident() float64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(raw)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseFloat(string(fields[1]), 64)
	return pages * float64(os.Getpagesize()) / 1e6
}

// peak runs fn and gives the most memory that this process held in RAM
// meanwhile, looked at every two milliseconds.
func peak(fn func() error) (most float64, err error) {
	debug.FreeOSMemory()
	most = resident()
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				most = max(most, resident())
			case <-done:
				return
			}
		}
	})
	err = fn()
	close(done)
	watch.Wait()
	return most, err
}
