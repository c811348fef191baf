using TdxDash.HostProbe.Native;
using TdxDash.Tdx.SysConfig;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>Holds the emulated module's TDH.SYS.CONFIG against answers of Intel's own module code, and against the model in C#.</summary>
public sealed class SysConfigVectorTests(ITestOutputHelper output)
{
    [Fact]
    public void SysConfig_OfEveryVector_AnswersAsTheModule()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        var tally = new VectorTally("sysconfig-emulated");
        tally.TryAll("sysconfig", "family", json =>
        {
            var vector = SysConfigVector.Parse(json);
            SysConfigCase call = new(vector.Platform, vector.Operands);
            SysConfigAnswer native = call.AskLibrary(module);
            SysConfigAnswer model = call.AskModel();
            return native == vector.Expected && native == model ? null
                : $"expected {SysConfigVector.Describe(vector.Expected)}, C {SysConfigVector.Describe(native)}, C# {SysConfigVector.Describe(model)}";
        });

        tally.Conclude(output);
    }
}
