import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0007_care'),
    ]

    operations = [
        migrations.AddField(
            model_name='dimension',
            name='is_asked',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name='RosterUpload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('file', models.CharField(blank=True, max_length=120)),
                ('job', models.UUIDField()),
                ('is_confirmed', models.BooleanField(default=False)),
                ('is_done', models.BooleanField(default=False)),
                ('by', models.UUIDField()),
                ('uploaded_at', models.DateTimeField()),
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='roster_upload', to='conversations.conversation')),
            ],
        ),
    ]
