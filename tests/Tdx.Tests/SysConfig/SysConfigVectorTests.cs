using TdxDash.Tdx.SysConfig;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.SysConfig;

/// <summary>Holds the model against answers of Intel's own module code.</summary>
public sealed class SysConfigVectorTests(ITestOutputHelper output)
{
    [Fact]
    public void Call_OfEveryVector_AnswersAsTheModule()
    {
        var tally = new VectorTally("sysconfig");
        tally.TryAll("sysconfig", "family", json =>
        {
            var vector = SysConfigVector.Parse(json);
            SysConfigAnswer answer = SysConfigModel.Call(vector.Platform, vector.Operands);
            return answer == vector.Expected ? null : $"expected {SysConfigVector.Describe(vector.Expected)}, got {SysConfigVector.Describe(answer)}";
        });

        tally.Conclude(output);
    }
}
