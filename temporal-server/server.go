package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/testing/freeport"
	"go.temporal.io/server/temporal"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

const (
	localhost       = "127.0.0.1"
	frontendService = "temporal.api.workflowservice.v1.WorkflowService"
)

// A started server: its frontend's address, a channel closed when it serves, and how to stop it.
type running struct {
	address string
	serving <-chan struct{}
	stop    func() error
}

func startServer(opts *options, stores *stores, logger log.Logger) (*running, error) {
	ports := map[primitives.ServiceName]int{
		primitives.FrontendService: opts.frontendPort,
		primitives.HistoryService:  freeport.MustGetFreePort(),
		primitives.MatchingService: freeport.MustGetFreePort(),
		primitives.WorkerService:   freeport.MustGetFreePort(),
	}
	if opts.frontendPort == 0 {
		ports[primitives.FrontendService] = freeport.MustGetFreePort()
	}
	frontend := net.JoinHostPort(dialHost(opts.ip), strconv.Itoa(ports[primitives.FrontendService]))
	cfg := serverConfig(opts, stores, ports, frontend)

	authorizer, err := authorization.GetAuthorizerFromConfig(&cfg.Global.Authorization)
	if err != nil {
		return nil, err
	}
	claims, err := authorization.GetClaimMapperFromConfig(&cfg.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(staticHosts(ports, frontend)),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamicConfig(opts)),
	)
	if err != nil {
		return nil, fmt.Errorf("configure: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	ui := startUI(opts, frontend)
	return &running{
		address: frontend,
		serving: serving(frontend),
		stop: func() error {
			if ui != nil {
				ui.Stop()
			}
			return server.Stop()
		},
	}, nil
}

// dialHost is where the services reach the frontend when it listens on every address.
func dialHost(ip string) string {
	if net.ParseIP(ip).IsUnspecified() {
		return localhost
	}
	return ip
}

func serverConfig(opts *options, stores *stores, ports map[primitives.ServiceName]int, frontend string) *config.Config {
	services := map[string]config.Service{}
	for name, port := range ports {
		bindIP := localhost
		if name == primitives.FrontendService {
			bindIP = opts.ip
		}
		services[string(name)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: bindIP}}
	}
	cfg := &config.Config{
		Services: services,
		Persistence: config.Persistence{
			DefaultStore:     mainDatabase,
			VisibilityStore:  visibilityDatabase,
			NumHistoryShards: int32(opts.numShards),
			DataStores: map[string]config.DataStore{
				mainDatabase:       {SQL: stores.main},
				visibilityDatabase: {SQL: stores.visibility},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
	cfg.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: localhost}
	return cfg
}

// staticHosts replaces the gossip ring: all services are in this process.
func staticHosts(ports map[primitives.ServiceName]int, frontend string) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, port := range ports {
		hosts[name] = static.SingleLocalHost(net.JoinHostPort(localhost, strconv.Itoa(port)))
	}
	hosts[primitives.FrontendService] = static.SingleLocalHost(frontend)
	return hosts
}

// dynamicConfig holds what differs from the server's own values. Updates, worker deployments and their versions, and
// eager start are on by default in this version.
func dynamicConfig(opts *options) dynamicconfig.StaticClient {
	var skip, sessions []dynamicconfig.ConstrainedValue
	for _, namespace := range opts.skipNamespaces {
		only := dynamicconfig.Constraints{Namespace: namespace}
		skip = append(skip, dynamicconfig.ConstrainedValue{Constraints: only, Value: true})
		sessions = append(sessions, dynamicconfig.ConstrainedValue{Constraints: only, Value: 1_000_000})
	}
	return dynamicconfig.StaticClient{
		// A search attribute is usable at once; else the first tasks after its registration fail for ten seconds.
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		// Failing workflow tasks show in the list soon.
		dynamicconfig.NumConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute.Key(): 2,
		// One process gains nothing from partitions, and few pollers answer faster without.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():    1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():   1,
		dynamicconfig.WorkflowTimeSkippingEnabled.Key():           skip,
		dynamicconfig.WorkflowTimeSkippingMaxSkipPerSession.Key(): sessions,
	}
}

// serving closes its channel when the frontend answers its health check.
func serving(frontend string) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		connection, err := grpc.NewClient(frontend, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		client := healthpb.NewHealthClient(connection)
		for {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: frontendService})
			cancel()
			if err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING {
				close(done)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return done
}

// startUI serves Temporal's web UI beside the frontend, or nothing when its port is 0.
func startUI(opts *options, frontend string) *uiserver.Server {
	if opts.uiPort == 0 {
		return nil
	}
	ui := uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                opts.ip,
		Port:                opts.uiPort,
		TemporalGRPCAddress: frontend,
		EnableUI:            true,
		HideLogs:            true,
		DisableNewsFetch:    true,
		CORS:                uiconfig.CORS{CookieInsecure: true},
	}))
	go func() { _ = ui.Start() }()
	return ui
}
