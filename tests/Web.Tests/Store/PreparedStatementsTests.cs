using System.Data.Common;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store;

namespace TdxDash.Web.Tests.Store;

/// <summary>Statements that stay prepared.</summary>
public sealed class PreparedStatementsTests : IDisposable
{
    private const string Insert = "INSERT INTO pairs (a, b) VALUES ($a, $b)";

    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public PreparedStatementsTests()
    {
        _connection.Open();
        using SqliteCommand make = _connection.CreateCommand();
        make.CommandText = "CREATE TABLE pairs (a INTEGER, b INTEGER)";
        make.ExecuteNonQuery();
    }

    public static TheoryData<string> Others => ["", "$a", "$b $a", "$a $b $c", "$a $c"];

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Of_TheSameParameters_GivesTheSameStatementWithNewValues()
    {
        var statements = new PreparedStatements(_connection);
        using SqliteTransaction transaction = _connection.BeginTransaction();

        DbCommand first = statements.Of(transaction, Insert, [("$a", 1), ("$b", null)]);
        first.ExecuteNonQuery();
        DbCommand second = statements.Of(transaction, Insert, [("$a", 2), ("$b", 3)]);
        second.ExecuteNonQuery();

        Assert.Same(first, second);
        using var read = new SqliteCommand("SELECT group_concat(a || ':' || coalesce(b, '-')) FROM pairs", _connection, transaction);
        Assert.Equal("1:-,2:3", read.ExecuteScalar());
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Of_OtherParameters_IsRefused(string names)
    {
        var statements = new PreparedStatements(_connection);
        using SqliteTransaction transaction = _connection.BeginTransaction();
        statements.Of(transaction, Insert, [("$a", 1), ("$b", 2)]);

        (string, object?)[] others = [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => (name, (object?)9))];

        Assert.Throws<InvalidOperationException>(() => statements.Of(transaction, Insert, others));
    }
}
