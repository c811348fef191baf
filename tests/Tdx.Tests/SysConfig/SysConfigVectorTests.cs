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
        foreach (SysConfigVector vector in SysConfigVector.All())
        {
            SysConfigAnswer answer = SysConfigModel.Call(vector.Platform, vector.Operands);
            tally.Add(vector.Family, vector.Id, answer == vector.Expected ? null
                : $"expected {SysConfigVector.Describe(vector.Expected)}, got {SysConfigVector.Describe(answer)}");
        }

        tally.Conclude(output);
    }
}
