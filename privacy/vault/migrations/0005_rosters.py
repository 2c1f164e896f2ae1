import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0004_care'),
    ]

    operations = [
        migrations.CreateModel(
            name='Roster',
            fields=[
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='vault.conversation')),
                ('sealed', models.BinaryField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='sealed_preview',
            field=models.BinaryField(null=True),
        ),
    ]
