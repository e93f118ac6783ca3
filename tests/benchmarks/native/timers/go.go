// SPDX-License-Identifier: MIT

// Timers of package time. See main.c, which says what is measured.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	count  int
	timers []*time.Timer
	due    []time.Time
	late   []float64
	left   int64
	ended  = make(chan struct{})
)

func processorTime() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func spread(number int, span time.Duration) time.Duration {
	return time.Duration(float64(int64(number)*7919%int64(count)) / float64(count) * float64(span))
}

func start(number int, delay time.Duration, fired func()) {
	if timers[number] == nil {
		timers[number] = time.AfterFunc(delay, fired)
	} else {
		timers[number].Reset(delay)
	}
}

func startAndCancel(seconds float64) (served int) {
	fired := func() {}
	for end := time.Now().Add(time.Duration(seconds * 1e9)); time.Now().Before(end); served += count {
		for i := range timers {
			start(i, time.Millisecond+spread(i, time.Minute), fired)
		}
		for _, timer := range timers {
			timer.Stop()
		}
	}
	return served
}

func fire() int {
	left = int64(count)
	for i := range timers {
		number, delay := i, 100*time.Millisecond+spread(i, time.Second)
		due[i] = time.Now().Add(delay)
		start(i, delay, func() {
			behind := float64(time.Since(due[number]).Nanoseconds())
			still := atomic.AddInt64(&left, -1)
			late[still] = behind
			if still == 0 {
				ended <- struct{}{}
			}
		})
	}
	<-ended
	return count
}

func oneByOne(delay time.Duration, seconds float64) int {
	next, end := 0, time.Now().Add(time.Duration(seconds*1e9))
	var fired func()
	again := func() {
		due[0] = time.Now().Add(delay)
		start(0, delay, fired)
	}
	fired = func() {
		now := time.Now()
		late[next] = float64(now.Sub(due[0]).Nanoseconds())
		next++
		if next == len(late) || !now.Before(end) {
			ended <- struct{}{}
		} else {
			again()
		}
	}
	timers[0] = nil
	again()
	<-ended
	return next
}

func bytesInUse() uint64 {
	var figures runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&figures)
	return figures.HeapAlloc
}

func main() {
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	contest := os.Args[1]
	count, _ = strconv.Atoi(os.Args[2])
	delay := time.Duration(count) * time.Microsecond
	switch contest {
	case "fire":
		late = make([]float64, count)
	case "lateness":
		count, late = 1, make([]float64, 1000000)
	}
	timers, due = make([]*time.Timer, count), make([]time.Time, count)
	if contest == "memory" {
		before := bytesInUse()
		for i := range timers {
			start(i, time.Second+spread(i, time.Minute), func() {})
		}
		fmt.Printf("ready\n%.1f\n", float64(bytesInUse()-before)/float64(count))
		return
	}
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		seconds, _ := strconv.ParseFloat(strings.TrimSpace(lines.Text()), 64)
		wall, processor, samples := time.Now(), processorTime(), 0
		switch contest {
		case "start":
			samples = startAndCancel(seconds)
			fmt.Printf("%.2f %.2f\n", float64(time.Since(wall).Nanoseconds())/float64(samples), float64(processorTime()-processor)/float64(samples))
			continue
		case "fire":
			samples = fire()
		default:
			samples = oneByOne(delay, seconds)
		}
		used := float64(processorTime()-processor) / float64(samples)
		figures := late[:samples]
		sort.Float64s(figures)
		fmt.Printf("%.2f %.2f %.2f %.2f\n", used, figures[samples/2]/1e3, figures[samples*99/100]/1e3, figures[0]/1e3)
	}
}
