using System.Globalization;
using System.Text.Json;
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
        foreach (string line in VectorFolder.Files("sysconfig").SelectMany(File.ReadLines).Where(line => line.Length > 0))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement expect = json.RootElement.GetProperty("expect");
            SysConfigAnswer answer = SysConfigModel.Call(Platform(json.RootElement), Operands(json.RootElement));
            bool same = answer.Status == Hex(expect.GetProperty("status"))
                && (int)answer.State == expect.GetProperty("sys_state_after").GetInt32()
                && answer.Hkid == expect.GetProperty("hkid_after").GetUInt64();
            string family = json.RootElement.GetProperty("family").GetString()!;
            tally.Add(family, json.RootElement.GetProperty("id").ToString(),
                same ? null : $"{family}: expected {expect}, got 0x{answer.Status:x} {answer.State} {answer.Hkid}");
        }

        tally.Conclude(output);
    }

    private static SysConfigPlatform Platform(JsonElement root)
    {
        JsonElement env = root.GetProperty("env");
        return new SysConfigPlatform
        {
            HkidStartBit = env.GetProperty("hkid_start_bit").GetInt32(),
            HkidBits = env.GetProperty("hkid_bits").GetInt32(),
            PrivateHkidMin = env.GetProperty("private_hkid_min").GetUInt32(),
            PrivateHkidMax = env.GetProperty("private_hkid_max").GetUInt32(),
            Seamrr = new RawRange(Hex(env.GetProperty("seamrr_base")), Hex(env.GetProperty("seamrr_size"))),
            Cmrs = Ranges(root.GetProperty("cmrs")),
            State = (SysState)env.GetProperty("sys_state").GetInt32(),
            LogicalProcessors = env.GetProperty("num_lps").GetUInt32(),
            InitializedLogicalProcessors = env.GetProperty("num_init_lps").GetUInt32(),
            GlobalLockHeld = env.GetProperty("global_lock").GetUInt32() != 0,
        };
    }

    private static SysConfigOperands Operands(JsonElement root)
    {
        JsonElement env = root.GetProperty("env");
        return new SysConfigOperands(Hex(env.GetProperty("rcx")), Hex(env.GetProperty("rdx")), Hex(env.GetProperty("r8")),
            [.. root.GetProperty("tdmrs").EnumerateArray().Select(t => new TdmrInfo(
                Hex(t.GetProperty("pa")),
                new RawRange(Hex(t.GetProperty("base")), Hex(t.GetProperty("size"))),
                Range(t.GetProperty("pamt_4k")),
                Range(t.GetProperty("pamt_2m")),
                Range(t.GetProperty("pamt_1g")),
                Ranges(t.GetProperty("rsvd"))))]);
    }

    private static RawRange[] Ranges(JsonElement array) => [.. array.EnumerateArray().Select(Range)];

    private static RawRange Range(JsonElement pair) => new(Hex(pair[0]), Hex(pair[1]));

    private static ulong Hex(JsonElement text) => ulong.Parse(text.GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
