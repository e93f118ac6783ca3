// SPDX-License-Identifier: MIT

// Sends itself a signal and gets it by os/signal. See ../contest.h; signals.h for "flood".
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const number = syscall.Signal(35)

func processorTime() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func main() {
	arrived := make(chan os.Signal, 100000)
	signal.Notify(arrived, number)
	lines := bufio.NewScanner(os.Stdin)
	flood := len(os.Args) > 1 && os.Args[1] == "flood"
	var taken int64
	if flood {
		go func() {
			for range arrived {
				atomic.AddInt64(&taken, 1)
			}
		}()
	}
	fmt.Println("ready")
	for lines.Scan() {
		if flood {
			fmt.Println(atomic.LoadInt64(&taken), 0, 1)
			continue
		}
		seconds, _ := strconv.ParseFloat(strings.TrimSpace(lines.Text()), 64)
		wall, processor, served := time.Now(), processorTime(), int64(0)
		for end := wall.Add(time.Duration(seconds * 1e9)); served == 0 || time.Now().Before(end); served++ {
			_ = syscall.Kill(os.Getpid(), number)
			<-arrived
		}
		fmt.Printf("%.2f %.2f\n", float64(time.Since(wall).Nanoseconds())/float64(served), float64(processorTime()-processor)/float64(served))
	}
}
