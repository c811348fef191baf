using TdxDash.Web.Tests.Live.Alerts;
using TdxDash.Web.Tests.Live.History;
using TdxDash.Web.Tests.Security.Access;
using TdxDash.Web.Tests.Security.Probes;
using TdxDash.Web.Tests.Store.Care;
using TdxDash.Web.Tests.Store.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Postgres;

// The store's contract, which the same tests hold both engines to.
public sealed class RetentionOnPostgresTests : RetentionTests, IOnPostgres;

public sealed class EventRetentionOnPostgresTests : EventRetentionTests, IOnPostgres;

public sealed class EventReaderOnPostgresTests : EventReaderTests, IOnPostgres;

public sealed class InForceOnPostgresProperties : InForceProperties, IOnPostgres;

public sealed class AbsenceOnPostgresTests : AbsenceTests, IOnPostgres;

public sealed class AnnotationOnPostgresTests : AnnotationTests, IOnPostgres;

public sealed class HistoryKeeperOnPostgresTests : HistoryKeeperTests, IOnPostgres;

public sealed class AlertKeeperOnPostgresTests : AlertKeeperTests, IOnPostgres;

public sealed class EnrolmentOnPostgresTests : EnrolmentTests, IOnPostgres;

public sealed class TokenBookOnPostgresTests : TokenBookTests, IOnPostgres;
