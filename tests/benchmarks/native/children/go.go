// SPDX-License-Identifier: MIT

// Starts /bin/true and awaits its end by os/exec. See contest.h. usage: bench-children-go CHILDREN-AT-ONCE HEAP-MIB
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func play(atOnce int, seconds float64) int64 {
	var served int64
	var all sync.WaitGroup
	start, span := time.Now(), time.Duration(seconds*1e9)
	for i := 0; i < atOnce; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for time.Since(start) < span {
				if err := exec.Command("/bin/true").Run(); err != nil {
					panic(err)
				}
				atomic.AddInt64(&served, 1)
			}
		}()
	}
	all.Wait()
	return served
}

func processorTime() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func main() {
	atOnce, _ := strconv.Atoi(os.Args[1])
	mebibytes, _ := strconv.Atoi(os.Args[2])
	heap := make([]byte, mebibytes<<20)
	for i := range heap {
		heap[i] = 1
	}
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		seconds, _ := strconv.ParseFloat(lines.Text(), 64)
		start, cpu, served := time.Now(), processorTime(), int64(0)
		for served == 0 {
			served = play(atOnce, seconds)
		}
		fmt.Printf("%.2f %.2f\n", float64(time.Since(start).Nanoseconds())/float64(served), float64(processorTime()-cpu)/float64(served))
	}
	runtime.KeepAlive(heap)
}
