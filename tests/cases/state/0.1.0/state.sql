BEGIN TRANSACTION;
CREATE TABLE attempt (id INTEGER PRIMARY KEY AUTOINCREMENT, task BIGINT NOT NULL, fence BIGINT NOT NULL, attempt BIGINT NOT NULL, executor TEXT NOT NULL, claimed_ms BIGINT NOT NULL, started_ms BIGINT, ended_ms BIGINT, status INTEGER NOT NULL, charged INTEGER NOT NULL, rows BIGINT, seconds DOUBLE PRECISION, error TEXT, audits TEXT, name TEXT, UNIQUE (task, fence));
INSERT INTO "attempt" VALUES(1,1,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400582,1768046400696,1768046400725,3,1,10,0.02862,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(2,2,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400731,1768046400735,1768046400745,3,1,10,0.009662,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(3,3,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400745,1768046400747,1768046400756,3,1,-1,0.00954,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(4,4,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400757,1768046400764,1768046400794,3,1,5,0.029917,NULL,'[{"name":"not_null","status":"success","blocking":true,"count":0,"query":"SELECT * FROM (SELECT * FROM \"house\".\"sqlmesh__shop\".\"shop__daily__3237477493\" WHERE \"day\" BETWEEN CAST(''2026-01-05'' AS DATE) AND CAST(''2026-01-09'' AS DATE)) AS \"shop__daily__3237477493\" WHERE (\"total\" IS NULL) AND (TRUE)"}]','vm');
INSERT INTO "attempt" VALUES(5,5,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400794,1768046400799,1768046400810,3,1,-1,0.010414,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(6,7,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400794,1768046400811,1768046400819,3,1,-1,0.008199,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(7,6,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400810,1768046400820,1768046400825,3,1,1,0.005378,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(8,8,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400819,1768046400831,1768046400836,3,1,-1,0.004556,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(9,9,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400836,1768046400839,1768046400849,3,1,-1,0.010154,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(10,10,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400836,1768046400850,1768046400853,3,1,-1,0.003297,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(11,11,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400840,1768046400854,1768046400859,3,1,-1,0.004925,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(12,12,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400840,1768046400861,1768046400887,3,1,-1,0.02593,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(13,13,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400951,1768046400954,1768046400966,3,1,-1,0.012822,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(14,14,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400981,1768046400983,1768046400987,3,1,1,0.004506,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(15,15,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',1768046400988,1768046400989,1768046400997,3,1,-1,0.007955,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(16,16,1,1,'019baced6e7da0517f4bd21c9661f38a',1768132800446,1768132800448,1768132800472,3,1,1,0.024405,NULL,'[{"name":"not_null","status":"success","blocking":true,"count":0,"query":"SELECT * FROM (SELECT * FROM \"house\".\"sqlmesh__shop\".\"shop__daily__3237477493\" WHERE \"day\" BETWEEN CAST(''2026-01-10'' AS DATE) AND CAST(''2026-01-10'' AS DATE)) AS \"shop__daily__3237477493\" WHERE (\"total\" IS NULL) AND (TRUE)"}]','vm');
INSERT INTO "attempt" VALUES(17,17,1,1,'019baced6e7da0517f4bd21c9661f38a',1768132800474,1768132800480,1768132800484,3,1,1,0.004245,NULL,NULL,'vm');
INSERT INTO "attempt" VALUES(18,18,1,1,'019baced6e7da0517f4bd21c9661f38a',1768132800474,1768132800484,1768132800487,3,1,-1,0.002747,NULL,NULL,'vm');
CREATE TABLE auth_client (id TEXT PRIMARY KEY, organisation TEXT NOT NULL, project TEXT, name TEXT NOT NULL, role TEXT NOT NULL, created_ms BIGINT NOT NULL);
INSERT INTO "auth_client" VALUES('019ba7c71263ed808bae813bc2fc9f32','acme','shop','executor','executor',1768046400099);
INSERT INTO "auth_client" VALUES('019ba7c7127a64caaa545913fd85d9a7','acme','shop','developer','developer',1768046400122);
INSERT INTO "auth_client" VALUES('019baced6e3071ede2aebe88640c2587','acme','shop','executor','executor',1768132800048);
INSERT INTO "auth_client" VALUES('019baced6e543fbf772d231e01c97efd','acme','shop','developer','developer',1768132800084);
CREATE TABLE auth_key (id TEXT PRIMARY KEY, pem TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE auth_project (organisation TEXT NOT NULL, name TEXT NOT NULL, created_ms BIGINT NOT NULL, PRIMARY KEY (organisation, name));
INSERT INTO "auth_project" VALUES('acme','shop',1768046400099);
CREATE TABLE auth_secret (client TEXT NOT NULL, salt TEXT NOT NULL, digest TEXT NOT NULL, created_ms BIGINT NOT NULL, PRIMARY KEY (client, salt));
INSERT INTO "auth_secret" VALUES('019ba7c71263ed808bae813bc2fc9f32','068ef1eca52dbbcdfc36ee6aa5aee047','8563c98384feb4ca02936085f369f1cd52e7d76229e5b3b00246a606c7d4cfb1',1768046400099);
INSERT INTO "auth_secret" VALUES('019ba7c7127a64caaa545913fd85d9a7','ec49c9282a4030aef3e4f1aa62c4c368','cacf6589ea5a391df6dd82b8ff50516892a609efb5a38077c7e0cc11501e4579',1768046400122);
INSERT INTO "auth_secret" VALUES('019baced6e3071ede2aebe88640c2587','8fa23675bf566533b36e77081578fd3c','08b1c2ba2e1fde6be0687fff28b6f8fbfe2e191e56ad75b5731ee5525fd5deef',1768132800048);
INSERT INTO "auth_secret" VALUES('019baced6e543fbf772d231e01c97efd','958857b400111fa589cb64f465d629d5','5cfe344d042ea4d29f0e6211520db36e4b52487a201704340aff68299f98f9bf',1768132800084);
CREATE TABLE built (project BIGINT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, dev INTEGER NOT NULL, built_ms BIGINT NOT NULL, PRIMARY KEY (project, name, version, dev));
INSERT INTO "built" VALUES(1,'"house"."shop"."sales"','483709204',0,1768046400731);
INSERT INTO "built" VALUES(1,'"house"."shop"."daily"','3237477493',0,1768046400757);
INSERT INTO "built" VALUES(1,'"house"."shop"."days"','4286502691',0,1768046400810);
INSERT INTO "built" VALUES(1,'"house"."shop"."latest"','1570086552',0,1768046400819);
INSERT INTO "built" VALUES(1,'"house"."shop"."days"','2348549675',0,1768046400981);
CREATE TABLE environment (project BIGINT NOT NULL, name TEXT NOT NULL, info TEXT NOT NULL, expiration_ms BIGINT, finalized_ms BIGINT, cadence INTEGER NOT NULL, paused_by TEXT, PRIMARY KEY (project, name));
INSERT INTO "environment" VALUES(1,'prod','{"name":"prod","suffix_target":"schema","members":[],"snapshots":[],"plan_id":"019ba7c7144690a527c4a562a75edb39"}',NULL,1768046400888,1,NULL);
INSERT INTO "environment" VALUES(1,'dev','{"name":"dev","suffix_target":"schema","members":[],"snapshots":[],"plan_id":"019ba7c715b872be40ca4eb9139b094a","end_ms":1768003200000}',1768608000000,1768046400998,0,NULL);
CREATE TABLE executor (project BIGINT NOT NULL, id TEXT NOT NULL, hello TEXT NOT NULL, hello_ms BIGINT NOT NULL, PRIMARY KEY (project, id));
INSERT INTO "executor" VALUES(1,'019ba7c712a15444e8cd83e7f7bdc21a','{"executor_id":"019ba7c712a15444e8cd83e7f7bdc21a","name":"vm","kind":"apply","version":"0.1.0","gateways":[{"name":"main","type":"duckdb","default_catalog":"house","version":"v1.5.5","dialect":"duckdb","is_default":true,"slots":1}]}',1768046400276);
INSERT INTO "executor" VALUES(1,'019ba7c712a33f251d5bcbc6ea1e57e9','{"executor_id":"019ba7c712a33f251d5bcbc6ea1e57e9","name":"vm","kind":"run","version":"0.1.0","gateways":[{"name":"main","type":"duckdb","default_catalog":"house","version":"v1.5.5","dialect":"duckdb","is_default":true,"slots":1}]}',1768046400545);
INSERT INTO "executor" VALUES(1,'019baced6e7da0517f4bd21c9661f38a','{"executor_id":"019baced6e7da0517f4bd21c9661f38a","name":"vm","kind":"run","version":"0.1.0","gateways":[{"name":"main","type":"duckdb","default_catalog":"house","version":"v1.5.5","dialect":"duckdb","is_default":true,"slots":1}]}',1768132800445);
INSERT INTO "executor" VALUES(1,'019baced6ec1bf7e3d980390bbed129d','{"executor_id":"019baced6ec1bf7e3d980390bbed129d","name":"vm","kind":"apply","version":"0.1.0","gateways":[{"name":"main","type":"duckdb","default_catalog":"house","version":"v1.5.5","dialect":"duckdb","is_default":true,"slots":1}]}',1768132800797);
CREATE TABLE filled (project BIGINT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, dev INTEGER NOT NULL, start_ms BIGINT NOT NULL, end_ms BIGINT NOT NULL, PRIMARY KEY (project, name, version, dev, start_ms));
INSERT INTO "filled" VALUES(1,'"house"."shop"."sales"','483709204',0,1767571200000,1768003200000);
INSERT INTO "filled" VALUES(1,'"house"."shop"."days"','2348549675',0,1767571200000,1768003200000);
INSERT INTO "filled" VALUES(1,'"house"."shop"."daily"','3237477493',0,1767571200000,1768089600000);
INSERT INTO "filled" VALUES(1,'"house"."shop"."days"','4286502691',0,1767571200000,1768089600000);
INSERT INTO "filled" VALUES(1,'"house"."shop"."latest"','1570086552',0,1767571200000,1768089600000);
CREATE TABLE gateway (project BIGINT NOT NULL, name TEXT NOT NULL, info TEXT NOT NULL, reported_ms BIGINT NOT NULL, PRIMARY KEY (project, name));
INSERT INTO "gateway" VALUES(1,'main','{"name":"main","type":"duckdb","default_catalog":"house","version":"v1.5.5","dialect":"duckdb","is_default":true,"slots":1}',1768046400276);
CREATE TABLE heddle_schema (module TEXT PRIMARY KEY, version BIGINT NOT NULL);
INSERT INTO "heddle_schema" VALUES('auth',1);
INSERT INTO "heddle_schema" VALUES('state',1);
INSERT INTO "heddle_schema" VALUES('queue',2);
CREATE TABLE member (project BIGINT NOT NULL, environment TEXT NOT NULL, position BIGINT NOT NULL, snapshot BIGINT NOT NULL, promoted INTEGER NOT NULL, target TEXT, PRIMARY KEY (project, environment, position));
INSERT INTO "member" VALUES(1,'prod',0,1,1,'house.sqlmesh__shop.shop__sales__483709204');
INSERT INTO "member" VALUES(1,'prod',1,2,1,'house.sqlmesh__shop.shop__daily__3237477493');
INSERT INTO "member" VALUES(1,'prod',2,3,1,'house.sqlmesh__shop.shop__days__4286502691');
INSERT INTO "member" VALUES(1,'prod',3,4,1,'house.sqlmesh__shop.shop__latest__1570086552');
INSERT INTO "member" VALUES(1,'dev',0,1,0,NULL);
INSERT INTO "member" VALUES(1,'dev',1,2,0,NULL);
INSERT INTO "member" VALUES(1,'dev',2,5,1,'house.sqlmesh__shop.shop__days__2348549675');
INSERT INTO "member" VALUES(1,'dev',3,4,0,NULL);
CREATE TABLE snapshot (id INTEGER PRIMARY KEY, project BIGINT NOT NULL, name TEXT NOT NULL, identifier TEXT NOT NULL, version TEXT, dev_version TEXT, kind TEXT NOT NULL, info TEXT NOT NULL, definition TEXT, created_ms BIGINT NOT NULL, UNIQUE (project, name, identifier));
INSERT INTO "snapshot" VALUES(1,1,'"house"."shop"."sales"','3702500966','483709204','483709204','SEED','{"name":"\"house\".\"shop\".\"sales\"","data_hash":"2256927323","metadata_hash":"4112308241","parent_data_hash":"0","parent_metadata_hash":"0","identifier":"3702500966","version":"483709204","dev_version":"483709204","category":"breaking","kind":"SEED","parents":[],"cron":"@daily","interval_unit":"day","start":"2026-01-05","lookback":0,"batch_size":0,"batch_concurrency":0,"forward_only":false,"disable_restatement":false,"allow_partials":false,"depends_on_past":false,"view":{"catalog":"house","schema":"shop","name":"sales"},"physical_schema":"sqlmesh__shop","tags":[],"created_ms":1768046400578,"deployed":false}','{"name":"shop.sales","fqn":"\"house\".\"shop\".\"sales\"","catalog":"house","schema":"shop","table":"sales","dialect":"duckdb","cron":"@daily","start":"2026-01-05","enabled":true,"on_destructive_change":"ALLOW","on_additive_change":"ALLOW","tags":[],"grains":["day"],"references":[],"depends_on":[],"partitioned_by":[],"clustered_by":[],"columns":[{"name":"day","type":"DATE"},{"name":"amount","type":"INT"}],"column_descriptions":[],"audits":[],"definitions":[],"pre":[],"post":[],"on_virtual_update":[],"columns_known":true,"projections":[{"name":"day","type":"TEXT"},{"name":"amount","type":"BIGINT"}],"kind":"SEED","seed":{"path":"seeds/sales.csv","doublequote":true,"keep_default_na":true,"batch_size":1000,"content":"day,amount\n2026-01-05,7\n2026-01-06,17\n2026-01-07,27\n2026-01-08,37\n2026-01-09,47\n2026-01-10,57\n2026-01-11,67\n2026-01-12,77\n2026-01-13,87\n2026-01-14,97\n"}}',1768046400582);
INSERT INTO "snapshot" VALUES(2,1,'"house"."shop"."daily"','3497221664','3237477493','3237477493','INCREMENTAL_BY_TIME_RANGE','{"name":"\"house\".\"shop\".\"daily\"","data_hash":"2386891959","metadata_hash":"214961217","parent_data_hash":"3055008119","parent_metadata_hash":"2436231808","identifier":"3497221664","version":"3237477493","dev_version":"3237477493","category":"breaking","kind":"INCREMENTAL_BY_TIME_RANGE","parents":[{"name":"\"house\".\"shop\".\"sales\"","identifier":"3702500966"}],"cron":"@daily","interval_unit":"day","start":"2026-01-05","lookback":0,"batch_size":0,"batch_concurrency":0,"forward_only":false,"disable_restatement":false,"allow_partials":false,"depends_on_past":false,"view":{"catalog":"house","schema":"shop","name":"daily"},"physical_schema":"sqlmesh__shop","tags":[],"created_ms":1768046400578,"deployed":false}','{"name":"shop.daily","fqn":"\"house\".\"shop\".\"daily\"","catalog":"house","schema":"shop","table":"daily","dialect":"duckdb","cron":"@daily","start":"2026-01-05","time_column":"day","time_format":"%Y-%m-%d","enabled":true,"on_destructive_change":"ERROR","on_additive_change":"ALLOW","tags":[],"grains":[],"references":[],"depends_on":["\"house\".\"shop\".\"sales\""],"partitioned_by":[],"clustered_by":[],"column_descriptions":[],"audits":[{"name":"not_null","blocking":true,"dialect":"duckdb","arguments":{"columns":"(total)"}}],"definitions":[],"pre":[],"post":[],"on_virtual_update":[],"query":"SELECT day, SUM(amount) AS total FROM shop.sales WHERE day BETWEEN @start_ds AND @end_ds GROUP BY day","columns_known":true,"projections":[{"name":"day","type":"DATE"},{"name":"total","type":"BIGINT"}],"kind":"INCREMENTAL_BY_TIME_RANGE"}',1768046400582);
INSERT INTO "snapshot" VALUES(3,1,'"house"."shop"."days"','2911376959','4286502691','4286502691','FULL','{"name":"\"house\".\"shop\".\"days\"","data_hash":"422847021","metadata_hash":"501781697","parent_data_hash":"1966028430","parent_metadata_hash":"885452831","identifier":"2911376959","version":"4286502691","dev_version":"4286502691","category":"breaking","kind":"FULL","parents":[{"name":"\"house\".\"shop\".\"daily\"","identifier":"3497221664"}],"cron":"@daily","interval_unit":"day","start":"2026-01-05","lookback":0,"batch_size":0,"batch_concurrency":0,"forward_only":false,"disable_restatement":false,"allow_partials":false,"depends_on_past":true,"view":{"catalog":"house","schema":"shop","name":"days"},"physical_schema":"sqlmesh__shop","tags":[],"created_ms":1768046400578,"deployed":false}','{"name":"shop.days","fqn":"\"house\".\"shop\".\"days\"","catalog":"house","schema":"shop","table":"days","dialect":"duckdb","cron":"@daily","start":"2026-01-05","enabled":true,"on_destructive_change":"ALLOW","on_additive_change":"ALLOW","tags":[],"grains":[],"references":[],"depends_on":["\"house\".\"shop\".\"daily\""],"partitioned_by":[],"clustered_by":[],"column_descriptions":[],"audits":[],"definitions":[],"pre":[],"post":[],"on_virtual_update":[],"query":"SELECT COUNT(*) AS n, SUM(total) AS total FROM shop.daily","columns_known":true,"projections":[{"name":"n","type":"BIGINT"},{"name":"total","type":"BIGINT"}],"kind":"FULL"}',1768046400582);
INSERT INTO "snapshot" VALUES(4,1,'"house"."shop"."latest"','1763603418','1570086552','1570086552','VIEW','{"name":"\"house\".\"shop\".\"latest\"","data_hash":"3285147386","metadata_hash":"501781697","parent_data_hash":"1966028430","parent_metadata_hash":"885452831","identifier":"1763603418","version":"1570086552","dev_version":"1570086552","category":"breaking","kind":"VIEW","parents":[{"name":"\"house\".\"shop\".\"daily\"","identifier":"3497221664"}],"cron":"@daily","interval_unit":"day","start":"2026-01-05","lookback":0,"batch_size":0,"batch_concurrency":0,"forward_only":false,"disable_restatement":false,"allow_partials":false,"depends_on_past":true,"view":{"catalog":"house","schema":"shop","name":"latest"},"physical_schema":"sqlmesh__shop","tags":[],"created_ms":1768046400578,"deployed":false}','{"name":"shop.latest","fqn":"\"house\".\"shop\".\"latest\"","catalog":"house","schema":"shop","table":"latest","dialect":"duckdb","cron":"@daily","start":"2026-01-05","enabled":true,"on_destructive_change":"ALLOW","on_additive_change":"ALLOW","tags":[],"grains":[],"references":[],"depends_on":["\"house\".\"shop\".\"daily\""],"partitioned_by":[],"clustered_by":[],"column_descriptions":[],"audits":[],"definitions":[],"pre":[],"post":[],"on_virtual_update":[],"query":"SELECT MAX(day) AS day FROM shop.daily","columns_known":true,"projections":[{"name":"day","type":"DATE"}],"kind":"VIEW"}',1768046400582);
INSERT INTO "snapshot" VALUES(5,1,'"house"."shop"."days"','2682858265','2348549675','2348549675','FULL','{"name":"\"house\".\"shop\".\"days\"","data_hash":"1820204641","metadata_hash":"501781697","parent_data_hash":"1966028430","parent_metadata_hash":"885452831","identifier":"2682858265","version":"2348549675","dev_version":"2348549675","category":"non_breaking","kind":"FULL","parents":[{"name":"\"house\".\"shop\".\"daily\"","identifier":"3497221664"}],"cron":"@daily","interval_unit":"day","start":"2026-01-05","lookback":0,"batch_size":0,"batch_concurrency":0,"forward_only":false,"disable_restatement":false,"allow_partials":false,"depends_on_past":true,"view":{"catalog":"house","schema":"shop","name":"days"},"physical_schema":"sqlmesh__shop","tags":[],"created_ms":1768046400927,"deployed":false}','{"name":"shop.days","fqn":"\"house\".\"shop\".\"days\"","catalog":"house","schema":"shop","table":"days","dialect":"duckdb","cron":"@daily","start":"2026-01-05","enabled":true,"on_destructive_change":"ALLOW","on_additive_change":"ALLOW","tags":[],"grains":[],"references":[],"depends_on":["\"house\".\"shop\".\"daily\""],"partitioned_by":[],"clustered_by":[],"column_descriptions":[],"audits":[],"definitions":[],"pre":[],"post":[],"on_virtual_update":[],"query":"SELECT COUNT(*) AS n, MIN(day) AS first, SUM(total) AS total FROM shop.daily","columns_known":true,"projections":[{"name":"n","type":"BIGINT"},{"name":"first","type":"DATE"},{"name":"total","type":"BIGINT"}],"kind":"FULL"}',1768046400951);
CREATE TABLE state_project (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
INSERT INTO "state_project" VALUES(1,'acme/shop');
CREATE TABLE subject (work BIGINT NOT NULL, snapshot BIGINT NOT NULL, deployable INTEGER NOT NULL, parents TEXT NOT NULL, PRIMARY KEY (work, snapshot));
INSERT INTO "subject" VALUES(1,1,1,'[]');
INSERT INTO "subject" VALUES(1,2,1,'[{"name":"\"house\".\"shop\".\"sales\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__sales__483709204"}}]');
INSERT INTO "subject" VALUES(1,3,1,'[{"name":"\"house\".\"shop\".\"daily\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__daily__3237477493"}}]');
INSERT INTO "subject" VALUES(1,4,1,'[{"name":"\"house\".\"shop\".\"daily\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__daily__3237477493"}}]');
INSERT INTO "subject" VALUES(2,1,1,'[]');
INSERT INTO "subject" VALUES(2,2,1,'[{"name":"\"house\".\"shop\".\"sales\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__sales__483709204"}}]');
INSERT INTO "subject" VALUES(2,5,1,'[{"name":"\"house\".\"shop\".\"daily\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__daily__3237477493"}}]');
INSERT INTO "subject" VALUES(2,4,1,'[{"name":"\"house\".\"shop\".\"daily\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__daily__3237477493"}}]');
INSERT INTO "subject" VALUES(3,2,1,'[{"name":"\"house\".\"shop\".\"sales\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__sales__483709204"}}]');
INSERT INTO "subject" VALUES(3,3,1,'[{"name":"\"house\".\"shop\".\"daily\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__daily__3237477493"}}]');
INSERT INTO "subject" VALUES(3,4,1,'[{"name":"\"house\".\"shop\".\"daily\"","table":{"catalog":"house","schema":"sqlmesh__shop","name":"shop__daily__3237477493"}}]');
CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT, project BIGINT NOT NULL, grp BIGINT NOT NULL, kind INTEGER NOT NULL, class INTEGER NOT NULL, priority BIGINT NOT NULL, gateway TEXT, subject BIGINT NOT NULL, name TEXT, target TEXT, start_ms BIGINT, end_ms BIGINT, payload TEXT, state TEXT NOT NULL, waits BIGINT NOT NULL, fence BIGINT NOT NULL, charged BIGINT NOT NULL, executor TEXT, cancel INTEGER NOT NULL, renewed INTEGER NOT NULL, message TEXT, ready_ms BIGINT, lease_ms BIGINT, ended_ms BIGINT, version BIGINT NOT NULL);
INSERT INTO "task" VALUES(1,1,1,1,0,10,NULL,1,'"house"."shop"."sales"','1:house.sqlmesh__shop.shop__sales__483709204',NULL,NULL,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400731,4);
INSERT INTO "task" VALUES(2,1,1,2,0,10,NULL,1,'"house"."shop"."sales"','1:house.sqlmesh__shop.shop__sales__483709204',1767571200000,1768003200000,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400745,7);
INSERT INTO "task" VALUES(3,1,1,1,0,10,NULL,2,'"house"."shop"."daily"','1:house.sqlmesh__shop.shop__daily__3237477493',NULL,NULL,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400757,10);
INSERT INTO "task" VALUES(4,1,1,2,0,10,NULL,2,'"house"."shop"."daily"','1:house.sqlmesh__shop.shop__daily__3237477493',1767571200000,1768003200000,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400794,13);
INSERT INTO "task" VALUES(5,1,1,1,0,10,NULL,3,'"house"."shop"."days"','1:house.sqlmesh__shop.shop__days__4286502691',NULL,NULL,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400810,18);
INSERT INTO "task" VALUES(6,1,1,2,0,10,NULL,3,'"house"."shop"."days"','1:house.sqlmesh__shop.shop__days__4286502691',1767571200000,1768003200000,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400831,24);
INSERT INTO "task" VALUES(7,1,1,1,0,10,NULL,4,'"house"."shop"."latest"','1:house.sqlmesh__shop.shop__latest__1570086552',NULL,NULL,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400819,21);
INSERT INTO "task" VALUES(8,1,1,2,0,10,NULL,4,'"house"."shop"."latest"','1:house.sqlmesh__shop.shop__latest__1570086552',1767571200000,1768003200000,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400836,25);
INSERT INTO "task" VALUES(9,1,1,4,0,10,NULL,1,'"house"."shop"."sales"',NULL,NULL,NULL,'{"view":{"catalog":"house","schema":"shop","name":"sales"}}','done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400850,34);
INSERT INTO "task" VALUES(10,1,1,4,0,10,NULL,2,'"house"."shop"."daily"',NULL,NULL,NULL,'{"view":{"catalog":"house","schema":"shop","name":"daily"}}','done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400855,35);
INSERT INTO "task" VALUES(11,1,1,4,0,10,NULL,3,'"house"."shop"."days"',NULL,NULL,NULL,'{"view":{"catalog":"house","schema":"shop","name":"days"}}','done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400863,36);
INSERT INTO "task" VALUES(12,1,1,4,0,10,NULL,4,'"house"."shop"."latest"',NULL,NULL,NULL,'{"view":{"catalog":"house","schema":"shop","name":"latest"}}','done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400888,37);
INSERT INTO "task" VALUES(13,1,2,1,0,10,NULL,5,'"house"."shop"."days"','1:house.sqlmesh__shop.shop__days__2348549675',NULL,NULL,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400981,4);
INSERT INTO "task" VALUES(14,1,2,2,0,10,NULL,5,'"house"."shop"."days"','1:house.sqlmesh__shop.shop__days__2348549675',1767571200000,1768003200000,NULL,'done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400988,7);
INSERT INTO "task" VALUES(15,1,2,4,0,10,NULL,5,'"house"."shop"."days"',NULL,NULL,NULL,'{"view":{"catalog":"house","schema":"shop__dev","name":"days"}}','done',0,1,1,'019ba7c712a15444e8cd83e7f7bdc21a',0,0,NULL,NULL,NULL,1768046400998,10);
INSERT INTO "task" VALUES(16,1,3,2,1,20,NULL,2,'"house"."shop"."daily"','1:house.sqlmesh__shop.shop__daily__3237477493',1768003200000,1768089600000,NULL,'done',0,1,1,'019baced6e7da0517f4bd21c9661f38a',0,0,NULL,NULL,NULL,1768132800474,4);
INSERT INTO "task" VALUES(17,1,3,2,1,20,NULL,3,'"house"."shop"."days"','1:house.sqlmesh__shop.shop__days__4286502691',1768003200000,1768089600000,NULL,'done',0,1,1,'019baced6e7da0517f4bd21c9661f38a',0,0,NULL,NULL,NULL,1768132800485,9);
INSERT INTO "task" VALUES(18,1,3,2,1,20,NULL,4,'"house"."shop"."latest"','1:house.sqlmesh__shop.shop__latest__1570086552',1768003200000,1768089600000,NULL,'done',0,1,1,'019baced6e7da0517f4bd21c9661f38a',0,0,NULL,NULL,NULL,1768132800487,10);
CREATE TABLE task_edge (parent BIGINT NOT NULL, child BIGINT NOT NULL, PRIMARY KEY (parent, child));
INSERT INTO "task_edge" VALUES(1,2);
INSERT INTO "task_edge" VALUES(2,3);
INSERT INTO "task_edge" VALUES(3,4);
INSERT INTO "task_edge" VALUES(4,5);
INSERT INTO "task_edge" VALUES(5,6);
INSERT INTO "task_edge" VALUES(4,7);
INSERT INTO "task_edge" VALUES(7,8);
INSERT INTO "task_edge" VALUES(6,9);
INSERT INTO "task_edge" VALUES(8,9);
INSERT INTO "task_edge" VALUES(6,10);
INSERT INTO "task_edge" VALUES(8,10);
INSERT INTO "task_edge" VALUES(6,11);
INSERT INTO "task_edge" VALUES(8,11);
INSERT INTO "task_edge" VALUES(6,12);
INSERT INTO "task_edge" VALUES(8,12);
INSERT INTO "task_edge" VALUES(13,14);
INSERT INTO "task_edge" VALUES(14,15);
INSERT INTO "task_edge" VALUES(16,17);
INSERT INTO "task_edge" VALUES(16,18);
CREATE TABLE task_group (id BIGINT PRIMARY KEY, open BIGINT NOT NULL, failed BIGINT NOT NULL, cancelled BIGINT NOT NULL, version BIGINT NOT NULL);
INSERT INTO "task_group" VALUES(1,0,0,0,38);
INSERT INTO "task_group" VALUES(2,0,0,0,11);
INSERT INTO "task_group" VALUES(3,0,0,0,11);
CREATE TABLE task_log (task BIGINT NOT NULL, fence BIGINT NOT NULL, sequence BIGINT NOT NULL, position BIGINT NOT NULL, bytes BIGINT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (task, fence, sequence));
INSERT INTO "task_log" VALUES(1,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(1,1,1,52,226,'  0.010 s
DROP TABLE IF EXISTS "house"."sqlmesh__shop"."shop__sales__483709204"
  0.000 s
CREATE TABLE "house"."sqlmesh__shop"."shop__sales__483709204" ("day" DATE, "amount" INT)
  0.000 s
Inserting 10 rows of seeds/sales.csv
');
INSERT INTO "task_log" VALUES(2,1,0,0,278,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
  0.000 s
DROP TABLE IF EXISTS "house"."sqlmesh__shop"."shop__sales__483709204"
  0.000 s
CREATE TABLE "house"."sqlmesh__shop"."shop__sales__483709204" ("day" DATE, "amount" INT)
  0.000 s
Inserting 10 rows of seeds/sales.csv
');
INSERT INTO "task_log" VALUES(3,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(3,1,1,52,156,'  0.001 s
CREATE TABLE IF NOT EXISTS "house"."sqlmesh__shop"."shop__daily__3237477493" ("day" DATE, "total" BIGINT)
  0.003 s
Trying the query without rows
');
INSERT INTO "task_log" VALUES(4,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(4,1,1,52,10,'  0.004 s
');
INSERT INTO "task_log" VALUES(4,1,2,62,140,'DELETE FROM "house"."sqlmesh__shop"."shop__daily__3237477493" WHERE "day" BETWEEN CAST(''2026-01-05'' AS DATE) AND CAST(''2026-01-09'' AS DATE)
');
INSERT INTO "task_log" VALUES(4,1,3,202,18,'  0 rows, 0.001 s
');
INSERT INTO "task_log" VALUES(4,1,4,220,370,'INSERT INTO "house"."sqlmesh__shop"."shop__daily__3237477493" ("day", "total") SELECT "day", "total" FROM (SELECT "day", SUM("amount") AS "total" FROM "house"."sqlmesh__shop"."shop__sales__483709204" AS "sales" WHERE "day" BETWEEN ''2026-01-05'' AND ''2026-01-09'' GROUP BY "day") AS "_subquery" WHERE "day" BETWEEN CAST(''2026-01-05'' AS DATE) AND CAST(''2026-01-09'' AS DATE)
');
INSERT INTO "task_log" VALUES(4,1,5,590,18,'  5 rows, 0.004 s
');
INSERT INTO "task_log" VALUES(4,1,6,608,256,'SELECT COUNT(*) FROM (SELECT * FROM (SELECT * FROM "house"."sqlmesh__shop"."shop__daily__3237477493" WHERE "day" BETWEEN CAST(''2026-01-05'' AS DATE) AND CAST(''2026-01-09'' AS DATE)) AS "shop__daily__3237477493" WHERE ("total" IS NULL) AND (TRUE)) AS "audit"
');
INSERT INTO "task_log" VALUES(4,1,7,864,4,'  0
');
INSERT INTO "task_log" VALUES(5,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(5,1,1,52,10,'  0.004 s
');
INSERT INTO "task_log" VALUES(5,1,2,62,105,'CREATE TABLE IF NOT EXISTS "house"."sqlmesh__shop"."shop__days__4286502691" ("n" BIGINT, "total" BIGINT)
');
INSERT INTO "task_log" VALUES(5,1,3,167,10,'  0.001 s
');
INSERT INTO "task_log" VALUES(7,1,0,0,250,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
  0.000 s
CREATE OR REPLACE VIEW "house"."sqlmesh__shop"."shop__latest__1570086552" ("day") AS SELECT MAX("day") AS "day" FROM "house"."sqlmesh__shop"."shop__daily__3237477493" AS "daily"
  0.000 s
');
INSERT INTO "task_log" VALUES(6,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(6,1,1,52,10,'  0.001 s
');
INSERT INTO "task_log" VALUES(6,1,2,62,282,'CREATE OR REPLACE TABLE "house"."sqlmesh__shop"."shop__days__4286502691" AS SELECT CAST("n" AS BIGINT) AS "n", CAST("total" AS BIGINT) AS "total" FROM (SELECT COUNT(*) AS "n", SUM("total") AS "total" FROM "house"."sqlmesh__shop"."shop__daily__3237477493" AS "daily") AS "_subquery"
');
INSERT INTO "task_log" VALUES(6,1,3,344,18,'  1 rows, 0.001 s
');
INSERT INTO "task_log" VALUES(8,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(8,1,1,52,198,'  0.001 s
CREATE OR REPLACE VIEW "house"."sqlmesh__shop"."shop__latest__1570086552" ("day") AS SELECT MAX("day") AS "day" FROM "house"."sqlmesh__shop"."shop__daily__3237477493" AS "daily"
  0.000 s
');
INSERT INTO "task_log" VALUES(9,1,0,0,43,'CREATE SCHEMA IF NOT EXISTS "house"."shop"
');
INSERT INTO "task_log" VALUES(9,1,1,43,10,'  0.005 s
');
INSERT INTO "task_log" VALUES(9,1,2,53,122,'CREATE OR REPLACE VIEW "house"."shop"."sales" AS SELECT * FROM "house"."sqlmesh__shop"."shop__sales__483709204"
  0.000 s
');
INSERT INTO "task_log" VALUES(10,1,0,0,176,'CREATE SCHEMA IF NOT EXISTS "house"."shop"
  0.000 s
CREATE OR REPLACE VIEW "house"."shop"."daily" AS SELECT * FROM "house"."sqlmesh__shop"."shop__daily__3237477493"
  0.000 s
');
INSERT INTO "task_log" VALUES(11,1,0,0,43,'CREATE SCHEMA IF NOT EXISTS "house"."shop"
');
INSERT INTO "task_log" VALUES(11,1,1,43,10,'  0.001 s
');
INSERT INTO "task_log" VALUES(11,1,2,53,111,'CREATE OR REPLACE VIEW "house"."shop"."days" AS SELECT * FROM "house"."sqlmesh__shop"."shop__days__4286502691"
');
INSERT INTO "task_log" VALUES(11,1,3,164,10,'  0.001 s
');
INSERT INTO "task_log" VALUES(12,1,0,0,43,'CREATE SCHEMA IF NOT EXISTS "house"."shop"
');
INSERT INTO "task_log" VALUES(12,1,1,43,10,'  0.001 s
');
INSERT INTO "task_log" VALUES(12,1,2,53,115,'CREATE OR REPLACE VIEW "house"."shop"."latest" AS SELECT * FROM "house"."sqlmesh__shop"."shop__latest__1570086552"
');
INSERT INTO "task_log" VALUES(12,1,3,168,10,'  0.003 s
');
INSERT INTO "task_log" VALUES(13,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(13,1,1,52,139,'  0.001 s
CREATE TABLE IF NOT EXISTS "house"."sqlmesh__shop"."shop__days__2348549675" ("n" BIGINT, "first" DATE, "total" BIGINT)
  0.000 s
');
INSERT INTO "task_log" VALUES(14,1,0,0,419,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
  0.001 s
CREATE OR REPLACE TABLE "house"."sqlmesh__shop"."shop__days__2348549675" AS SELECT CAST("n" AS BIGINT) AS "n", CAST("first" AS DATE) AS "first", CAST("total" AS BIGINT) AS "total" FROM (SELECT COUNT(*) AS "n", MIN("day") AS "first", SUM("total") AS "total" FROM "house"."sqlmesh__shop"."shop__daily__3237477493" AS "daily") AS "_subquery"
  1 rows, 0.001 s
');
INSERT INTO "task_log" VALUES(15,1,0,0,48,'CREATE SCHEMA IF NOT EXISTS "house"."shop__dev"
');
INSERT INTO "task_log" VALUES(15,1,1,48,136,'  0.000 s
CREATE OR REPLACE VIEW "house"."shop__dev"."days" AS SELECT * FROM "house"."sqlmesh__shop"."shop__days__2348549675"
  0.000 s
');
INSERT INTO "task_log" VALUES(16,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(16,1,1,52,556,'  0.002 s
DELETE FROM "house"."sqlmesh__shop"."shop__daily__3237477493" WHERE "day" BETWEEN CAST(''2026-01-10'' AS DATE) AND CAST(''2026-01-10'' AS DATE)
  0 rows, 0.000 s
INSERT INTO "house"."sqlmesh__shop"."shop__daily__3237477493" ("day", "total") SELECT "day", "total" FROM (SELECT "day", SUM("amount") AS "total" FROM "house"."sqlmesh__shop"."shop__sales__483709204" AS "sales" WHERE "day" BETWEEN ''2026-01-10'' AND ''2026-01-10'' GROUP BY "day") AS "_subquery" WHERE "day" BETWEEN CAST(''2026-01-10'' AS DATE) AND CAST(''2026-01-10'' AS DATE)
  1 rows, 0.001 s
');
INSERT INTO "task_log" VALUES(16,1,2,608,260,'SELECT COUNT(*) FROM (SELECT * FROM (SELECT * FROM "house"."sqlmesh__shop"."shop__daily__3237477493" WHERE "day" BETWEEN CAST(''2026-01-10'' AS DATE) AND CAST(''2026-01-10'' AS DATE)) AS "shop__daily__3237477493" WHERE ("total" IS NULL) AND (TRUE)) AS "audit"
  0
');
INSERT INTO "task_log" VALUES(17,1,0,0,52,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
');
INSERT INTO "task_log" VALUES(17,1,1,52,10,'  0.000 s
');
INSERT INTO "task_log" VALUES(17,1,2,62,282,'CREATE OR REPLACE TABLE "house"."sqlmesh__shop"."shop__days__4286502691" AS SELECT CAST("n" AS BIGINT) AS "n", CAST("total" AS BIGINT) AS "total" FROM (SELECT COUNT(*) AS "n", SUM("total") AS "total" FROM "house"."sqlmesh__shop"."shop__daily__3237477493" AS "daily") AS "_subquery"
');
INSERT INTO "task_log" VALUES(17,1,3,344,18,'  1 rows, 0.001 s
');
INSERT INTO "task_log" VALUES(18,1,0,0,62,'CREATE SCHEMA IF NOT EXISTS "house"."sqlmesh__shop"
  0.000 s
');
INSERT INTO "task_log" VALUES(18,1,1,62,188,'CREATE OR REPLACE VIEW "house"."sqlmesh__shop"."shop__latest__1570086552" ("day") AS SELECT MAX("day") AS "day" FROM "house"."sqlmesh__shop"."shop__daily__3237477493" AS "daily"
  0.000 s
');
CREATE TABLE work (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, project BIGINT NOT NULL, kind INTEGER NOT NULL, environment TEXT, status INTEGER NOT NULL, request TEXT, cause TEXT, person TEXT, error TEXT, created_ms BIGINT NOT NULL, started_ms BIGINT, ended_ms BIGINT, execution_ms BIGINT);
INSERT INTO "work" VALUES(1,'019ba7c7144690a527c4a562a75edb39',1,0,'prod',3,'{"environment":{"name":"prod","suffix_target":"schema","members":[{"name":"\"house\".\"shop\".\"sales\"","identifier":"3702500966","promoted":true},{"name":"\"house\".\"shop\".\"daily\"","identifier":"3497221664","promoted":true},{"name":"\"house\".\"shop\".\"days\"","identifier":"2911376959","promoted":true},{"name":"\"house\".\"shop\".\"latest\"","identifier":"1763603418","promoted":true}],"snapshots":[]},"snapshots":[],"restatements":[],"bounds":[{"name":"\"house\".\"shop\".\"sales\""},{"name":"\"house\".\"shop\".\"daily\""},{"name":"\"house\".\"shop\".\"days\""},{"name":"\"house\".\"shop\".\"latest\""}],"audits":[],"skip_backfill":false,"empty_backfill":false,"no_gaps":false,"is_dev":false,"user":"root"}',NULL,'root',NULL,1768046400582,1768046400582,1768046400888,1768046400582);
INSERT INTO "work" VALUES(2,'019ba7c715b872be40ca4eb9139b094a',1,0,'dev',3,'{"environment":{"name":"dev","suffix_target":"schema","members":[{"name":"\"house\".\"shop\".\"sales\"","identifier":"3702500966","promoted":false},{"name":"\"house\".\"shop\".\"daily\"","identifier":"3497221664","promoted":false},{"name":"\"house\".\"shop\".\"days\"","identifier":"2682858265","promoted":true},{"name":"\"house\".\"shop\".\"latest\"","identifier":"1763603418","promoted":false}],"snapshots":[],"end_ms":1768003200000,"expiration_ms":1768608000000},"snapshots":[],"restatements":[],"bounds":[{"name":"\"house\".\"shop\".\"sales\"","end_ms":1768003200000},{"name":"\"house\".\"shop\".\"daily\"","end_ms":1768003200000},{"name":"\"house\".\"shop\".\"days\"","end_ms":1768003200000}],"audits":[],"end_ms":1768003200000,"skip_backfill":false,"empty_backfill":false,"no_gaps":false,"is_dev":true,"user":"root"}',NULL,'root',NULL,1768046400951,1768046400951,1768046400998,1768046400951);
INSERT INTO "work" VALUES(3,'019baced6e8868911ce6559e6db63c36',1,1,'prod',3,'{"environment":"prod","ignore_cron":false,"select":[],"no_upstream":false,"trigger":"cli"}','cli','developer',NULL,1768132800136,1768132800136,1768132800487,1768132800136);
CREATE INDEX member_snapshot ON member (snapshot);
CREATE INDEX work_open ON work (project, id) WHERE ended_ms IS NULL;
CREATE INDEX work_kind ON work (project, kind, id);
CREATE INDEX subject_snapshot ON subject (snapshot);
CREATE INDEX task_ready ON task (project, class, priority, id) WHERE state = 'ready';
CREATE INDEX task_leased ON task (lease_ms) WHERE state = 'leased';
CREATE INDEX task_target ON task (target) WHERE state = 'leased';
CREATE INDEX task_of_group ON task (grp, version);
CREATE INDEX task_unclaimed ON task (ready_ms) WHERE state = 'ready';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('work',3);
INSERT INTO "sqlite_sequence" VALUES('task',19);
INSERT INTO "sqlite_sequence" VALUES('attempt',19);
COMMIT;
