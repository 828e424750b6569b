package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/primitives/timestamp"
	"go.temporal.io/server/schema/sqlite"
	schematool "go.temporal.io/server/tools/common/schema"
	sqltool "go.temporal.io/server/tools/sql"

	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql" // registers the plugin
)

const (
	pluginName         = "postgres12"
	clusterName        = "active"
	mainDatabase       = "temporal"
	visibilityDatabase = "temporal_visibility"
	mainSchema         = "postgresql/v12/temporal"
	visibilitySchema   = "postgresql/v12/visibility"
	// Each of the four services opens pools of its own, so at most 4 * (16 + 6) connections.
	mainConns       = 16
	visibilityConns = 6
)

// The two data stores, ready to be used.
type stores struct {
	main       *config.SQL
	visibility *config.SQL
}

// prepareStores creates databases, schemas and namespaces that do not exist, and updates older schemas.
func prepareStores(opts *options, logger log.Logger) (*stores, error) {
	base, defaultDatabase, err := parsePostgres(opts.postgres)
	if err != nil {
		return nil, err
	}
	out := &stores{main: storeOf(base, mainDatabase, mainConns), visibility: storeOf(base, visibilityDatabase, visibilityConns)}
	if err := prepareSchema(*out.main, defaultDatabase, mainSchema, logger); err != nil {
		return nil, fmt.Errorf("database %s: %w", mainDatabase, err)
	}
	if err := prepareSchema(*out.visibility, defaultDatabase, visibilitySchema, logger); err != nil {
		return nil, fmt.Errorf("database %s: %w", visibilityDatabase, err)
	}
	return out, createNamespaces(out.main, opts)
}

// parsePostgres reads a URL into the connection settings and the database to connect to while creating others.
func parsePostgres(text string) (*config.SQL, string, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.User == nil {
		return nil, "", fmt.Errorf("--postgres must look like postgresql://user:password@host:port/postgres")
	}
	address := parsed.Host
	if parsed.Port() == "" {
		address += ":5432"
	}
	password, _ := parsed.User.Password()
	attributes := map[string]string{}
	for key, values := range parsed.Query() {
		attributes[key] = values[0]
	}
	database := strings.TrimPrefix(parsed.Path, "/")
	if database == "" {
		database = "postgres"
	}
	return &config.SQL{
		PluginName:        pluginName,
		ConnectAddr:       address,
		ConnectProtocol:   "tcp",
		User:              parsed.User.Username(),
		Password:          password,
		ConnectAttributes: attributes,
	}, database, nil
}

func storeOf(base *config.SQL, database string, conns int) *config.SQL {
	store := *base
	store.DatabaseName = database
	store.MaxConns = conns
	store.MaxIdleConns = conns
	store.MaxConnLifetime = time.Hour
	return &store
}

// prepareSchema does what temporal-sql-tool's create, setup-schema and update-schema do, with the files in the module.
func prepareSchema(store config.SQL, defaultDatabase, schemaName string, logger log.Logger) error {
	admin := store // DoCreateDatabase changes what it is given
	if err := sqltool.DoCreateDatabase(&admin, defaultDatabase, logger); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	connection, err := sqltool.NewConnection(&store, logger)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer connection.Close()
	// Without its version table the database is new.
	if _, err := connection.ReadSchemaVersion(); err != nil {
		setup := schematool.NewSetupSchemaTask(connection, &schematool.SetupConfig{InitialVersion: "0.0"}, logger)
		if err := setup.Run(); err != nil {
			return fmt.Errorf("set up schema: %w", err)
		}
	}
	update := schematool.NewUpdateSchemaTask(connection, &schematool.UpdateConfig{DBName: store.DatabaseName, SchemaName: schemaName}, logger)
	if err := update.Run(); err != nil {
		return fmt.Errorf("update schema: %w", err)
	}
	return nil
}

// createNamespaces writes the rows before the server starts, so that it serves them from its first second. The function
// lives in the sqlite package but works through the plugin named in the settings; existing namespaces stay as they are.
func createNamespaces(store *config.SQL, opts *options) error {
	var rows []*sqlite.NamespaceConfig
	for _, name := range opts.namespaces {
		row, err := sqlite.NewNamespaceConfig(clusterName, name, false, nil)
		if err != nil {
			return fmt.Errorf("namespace %s: %w", name, err)
		}
		row.Detail.Config.Retention = timestamp.DurationPtr(opts.retention)
		rows = append(rows, row)
	}
	return sqlite.CreateNamespaces(store, rows...)
}
