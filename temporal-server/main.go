// Command temporal-server runs all Temporal services in one process on PostgreSQL, for machines where no Temporal
// server can be downloaded. It creates its databases, schemas and namespaces, prints one line "ready <host:port>" on
// standard output when it serves, and ends on SIGTERM, SIGINT, or when the process that started it is gone.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/log"
)

// What the flags say; see their help texts.
type options struct {
	postgres       string
	ip             string
	frontendPort   int
	uiPort         int
	numShards      int
	namespaces     []string
	skipNamespaces []string
	retention      time.Duration
	logLevel       string
	parentPID      int
}

// How long a clean stop may take before the process leaves anyway; PostgreSQL holds everything that matters.
const stopTimeout = 8 * time.Second

// The same when the parent is gone; usually PostgreSQL went with it, and a stop would only wait for it.
const orphanTimeout = 2 * time.Second

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "temporal-server:", err)
		os.Exit(1)
	}
}

func run() error {
	opts, err := parseFlags(os.Args[1:])
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}

	// Listen for the end first, so that one that comes during the start is not lost.
	ended := make(chan string, 1)
	watchSignals(ended)
	watchParent(opts.parentPID, ended)

	if err := checkPorts(opts); err != nil {
		return err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: opts.logLevel}))
	stores, err := prepareStores(opts, logger)
	if err != nil {
		return err
	}
	running, err := startServer(opts, stores, logger)
	if err != nil {
		return err
	}
	select {
	case <-running.serving:
		fmt.Println("ready", running.address)
		<-ended
	case <-ended:
	}

	// A stop that hangs (PostgreSQL gone, pollers that do not leave) must not leave an orphan.
	time.AfterFunc(stopTimeout, func() { os.Exit(0) })
	return running.stop()
}

func parseFlags(args []string) (*options, error) {
	opts := &options{}
	var namespaces, skipNamespaces string
	var version bool
	set := flag.NewFlagSet("temporal-server", flag.ContinueOnError)
	set.StringVar(&opts.postgres, "postgres", os.Getenv("TEMPORAL_SERVER_POSTGRES"),
		"URL of a PostgreSQL role that may create databases; TEMPORAL_SERVER_POSTGRES keeps it out of the process list")
	set.StringVar(&opts.ip, "ip", "127.0.0.1", "address the frontend and the UI listen on")
	set.IntVar(&opts.frontendPort, "frontend-port", 7233, "gRPC port of the frontend, 0 for a free one")
	set.IntVar(&opts.uiPort, "ui-port", 0, "port of the web UI, 0 for none")
	set.IntVar(&opts.numShards, "num-shards", 4, "history shards; fixed by the first start on a database")
	set.StringVar(&namespaces, "namespaces", "fuquan,fuquan-rehearsal", "namespaces that must exist, by commas")
	set.StringVar(&skipNamespaces, "time-skipping-namespaces", "fuquan-rehearsal", "namespaces in which executions may skip time")
	set.DurationVar(&opts.retention, "retention", 30*24*time.Hour, "how long a new namespace keeps closed executions")
	set.StringVar(&opts.logLevel, "log-level", "warn", "debug, info, warn or error")
	set.IntVar(&opts.parentPID, "parent-pid", 0, "leave when this process is no longer the parent")
	set.BoolVar(&version, "version", false, "print the server's version and leave")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	if version {
		fmt.Println(headers.ServerVersion)
		return nil, flag.ErrHelp
	}
	if opts.postgres == "" {
		return nil, errors.New("--postgres is missing: which PostgreSQL may hold the databases?")
	}
	if net.ParseIP(opts.ip) == nil {
		return nil, fmt.Errorf("--ip %q is no IP address", opts.ip)
	}
	opts.namespaces = splitList(namespaces)
	opts.skipNamespaces = splitList(skipNamespaces)
	return opts, nil
}

func splitList(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// checkPorts says which port is taken before anything starts; the services themselves would only log it or exit.
func checkPorts(opts *options) error {
	for flagName, port := range map[string]int{"frontend-port": opts.frontendPort, "ui-port": opts.uiPort} {
		if port == 0 {
			continue
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(opts.ip, strconv.Itoa(port)))
		if err != nil {
			return fmt.Errorf("--%s %d cannot be used: %w", flagName, port, err)
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return nil
}

func watchSignals(ended chan<- string) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		ended <- (<-signals).String()
		<-signals // a second one: leave at once
		os.Exit(1)
	}()
}

// watchParent ends the server when its parent died without a word; there is no signal for that on every platform.
func watchParent(parentPID int, ended chan<- string) {
	if parentPID == 0 {
		return
	}
	go func() {
		for os.Getppid() == parentPID {
			time.Sleep(250 * time.Millisecond)
		}
		// Also when the start hangs and nobody reads the channel.
		time.AfterFunc(orphanTimeout, func() { os.Exit(0) })
		select {
		case ended <- "parent is gone":
		default:
		}
	}()
}
